/** Small parts that several pages show: times, numbers, states, the fields of a form. */
import { utcTime } from '@longshore/event';
import { type EndpointStateName, inWords } from '@longshore/queue/operator';
import type { ComponentChildren } from 'preact';

const NUMBER = new Intl.NumberFormat('en-US');

/** `12,345`. */
export const number = (value: number): string => NUMBER.format(value);

/** `1 endpoint`, `2 endpoints`. */
export const count = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`;

/** How long ago, or until when, with the time itself for whoever points at it. */
export function Ago({ at, now }: { at: number; now: number }) {
  const words = at > now ? `in ${inWords(at - now)}` : `${inWords(now - at)} ago`;
  return (
    <time dateTime={new Date(at).toISOString()} title={utcTime(at)}>
      {words}
    </time>
  );
}

/** The time itself. */
export function At({ at }: { at: number | string }) {
  return <time dateTime={new Date(at).toISOString()}>{utcTime(at)}</time>;
}

const TONES: Record<EndpointStateName, string> = {
  removed: 'warn',
  disabled: 'soft',
  paused: 'warn',
  failing: 'bad',
  'backing off': 'warn',
  delivering: 'good',
  idle: 'good',
};

export function State({ name }: { name: EndpointStateName }) {
  return <span class={`state ${TONES[name]}`}>{name}</span>;
}

/** Of a table: a column of text, of numbers, or of buttons, whose name is for screen readers alone. */
type Column = string | { number: string } | { act: string };

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
      <span class="hidden">{column.act}</span>
    </th>
  );
}

/** A number of a table; zero steps back. */
export function Count({ value, label, href }: { value: number; label: string; href?: string }) {
  const text = number(value);
  return (
    <td class={value === 0 ? 'number soft' : 'number'} data-label={label}>
      {href && value > 0 ? <a href={href}>{text}</a> : text}
    </td>
  );
}

/** Term and description; nothing when there is nothing to say. */
export function Fact({ name, children }: { name: string; children?: ComponentChildren }) {
  if (children === undefined || children === null || children === '') return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** Values that a form carries along. */
export function Hidden({ values }: { values: Readonly<Record<string, string | undefined>> }) {
  return (
    <>
      {Object.entries(values).map(([name, value]) =>
        value ? <input key={name} type="hidden" name={name} value={value} /> : null,
      )}
    </>
  );
}

/** A path with a query; what is empty is left out. */
export function link(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** Long text as it is, in a box of its own that can be scrolled by keyboard. */
export function Text({ name, children }: { name: string; children?: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nobody could scroll it by keyboard
    <section class="text" tabIndex={0} aria-label={name}>
      <pre>{children}</pre>
    </section>
  );
}
