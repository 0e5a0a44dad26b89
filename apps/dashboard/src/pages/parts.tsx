/** Small components of several pages: times, numbers, states, form fields. */
import { formatNumber, utcTime } from '@longshore/event';
import { formatAge } from '@longshore/operator/format';
import type { EndpointStateName } from '@longshore/queue/pulse';
import type { ComponentChildren } from 'preact';

/** `12m ago` or `in 3m`, with the time itself as a tooltip. */
export function Ago({ at, now }: { at: number; now: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={utcTime(at)}>
      {formatAge(at, now)}
    </time>
  );
}

/** The time itself, in UTC. */
export function At({ at }: { at: number | string }) {
  return <time dateTime={new Date(at).toISOString()}>{utcTime(at)}</time>;
}

const TONES: Record<EndpointStateName, string> = {
  removed: 'warn',
  disabled: 'soft',
  paused: 'warn',
  held: 'bad',
  recovering: 'warn',
  failing: 'bad',
  'backing off': 'warn',
  delivering: 'good',
  idle: 'good',
};

/** The state of an endpoint, coloured by its urgency. */
export function State({ name }: { name: EndpointStateName }) {
  return <span class={`state ${TONES[name]}`}>{name}</span>;
}

/** A column of text, of numbers, or of buttons, whose name is for screen readers only. */
type Column = string | { number: string } | { action: string };

/** The heads of a table's columns. */
export function Heads({ columns }: { columns: readonly Column[] }) {
  return (
    <thead>
      <tr>{columns.map(head)}</tr>
    </thead>
  );
}

function head(column: Column) {
  if (typeof column === 'string') return <th scope="col">{column}</th>;
  if ('number' in column) {
    return (
      <th scope="col" class="number">
        {column.number}
      </th>
    );
  }
  return (
    <th scope="col">
      <span class="hidden">{column.action}</span>
    </th>
  );
}

/** A number in a table, with a link unless it is zero. A zero is a faint dot, which screen readers read as `0`. */
export function Count({ value, label, href }: { value: number; label: string; href?: string }) {
  if (value === 0) {
    return (
      <td class="number zero" data-label={label}>
        <Zero />
      </td>
    );
  }
  const text = formatNumber(value);
  return (
    <td class="number" data-label={label}>
      {href ? <a href={href}>{text}</a> : text}
    </td>
  );
}

/** A zero that does not draw the eye. */
export function Zero() {
  return (
    <>
      <span aria-hidden="true">·</span>
      <span class="hidden">0</span>
    </>
  );
}

/** One list of several. */
export interface Tab {
  name: string;
  href: string;
  /** What is in it; absent when that is not known. */
  count?: number;
  current: boolean;
}

/** Links to the lists of one thing, each with its count. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ name, href, count, current }) => (
        <a key={href} href={href} aria-current={current ? 'page' : undefined}>
          {name}
          {count !== undefined && <span class="count">{formatNumber(count)}</span>}
        </a>
      ))}
    </nav>
  );
}

/** A term and its description; nothing when the description is empty. */
export function DescriptionRow({ name, children }: { name: string; children?: ComponentChildren }) {
  if (children === undefined || children === null || children === false || children === '') return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** Hidden fields of a form; empty values are left out. */
export function Hidden({ values }: { values: Readonly<Record<string, string | undefined>> }) {
  return (
    <>
      {Object.entries(values).map(([name, value]) =>
        value ? <input key={name} type="hidden" name={name} value={value} /> : null,
      )}
    </>
  );
}

/** A path with a query string; empty values are left out. */
export function link(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const values = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return values.length === 0 ? path : `${path}?${new URLSearchParams(values)}`;
}

/** Preformatted text in a box that can be scrolled by keyboard. */
export function Text({ name, children }: { name: string; children?: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it could not be scrolled by keyboard otherwise
    <section class="text" tabIndex={0} aria-label={name}>
      <pre>{children}</pre>
    </section>
  );
}

/** Messages are written for terminals too: what is between backticks is code. */
export const withCode = (line: string): ComponentChildren =>
  line.split('`').map((part, n) => (n % 2 === 1 ? <code key={n}>{part}</code> : part));
