/** Fields of the filters. An empty field is no filter. */
import type { ComponentChildren } from 'preact';

/** A text field. */
export function Field({
  label,
  name,
  value,
  placeholder,
  size = 14,
}: {
  label: string;
  name: string;
  value?: string;
  placeholder?: string;
  size?: number;
}) {
  return (
    <label>
      {label}
      <input name={name} value={value} placeholder={placeholder} size={size} autocomplete="off" />
    </label>
  );
}

/** A choice; the first option stands for no filter unless `required`. */
export function Choice({
  label,
  name,
  value,
  options,
  required = false,
}: {
  label: string;
  name: string;
  value?: string;
  options: readonly string[];
  required?: boolean;
}) {
  return (
    <label>
      {label}
      <select name={name}>
        {!required && <option value="">all</option>}
        {options.map((option) => (
          <option key={option} value={option} selected={option === value}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The source, where there are several. */
export function SourceChoice({ sources, value }: { sources: readonly { source: string }[]; value?: string }) {
  if (sources.length < 2 && !value) return null;
  return <Choice label="Source" name="source" value={value} options={sources.map(({ source }) => source)} />;
}

/** From when to when. */
export function WindowFields({ since, until }: { since?: string; until?: string }) {
  return (
    <>
      <Field label="Since" name="since" value={since} placeholder="30d or 2026-11-01" />
      <Field label="Until" name="until" value={until} placeholder="2h or 2026-11-30" />
    </>
  );
}

/** A filter form of a page, with its buttons. */
export function FilterForm({
  path,
  more,
  children,
}: {
  path: string;
  /** Behind the buttons: fields that are used less. */
  more?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <form class="row" action={path}>
      {children}
      <button type="submit">Filter</button>
      <a class="button" href={path}>
        Clear
      </a>
      {more}
    </form>
  );
}
