/** Rows and facts for people, on 80 columns. */
import { printable, printableLines } from '@longshore/event';

/** In at most so many columns, padded to them when `fill`. */
export function fitted(text: string, width: number, fill = false): string {
  const characters = Array.from(printable(text.replaceAll('\n', ' ')));
  const cut = characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : characters.join('');
  return fill ? cut + ' '.repeat(Math.max(0, width - Array.from(cut).length)) : cut;
}

/** `name  value`, one below the other; without those that have no value. */
export function facts(pairs: readonly (readonly [string, string | number | undefined])[]): string[] {
  const given = pairs.filter(
    (pair): pair is readonly [string, string | number] => pair[1] !== undefined && pair[1] !== '',
  );
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${printable(String(value))}`);
}

/** A text of somebody else's, under a title. */
export const block = (title: string, text: string): string[] => [
  '',
  title,
  ...printableLines(text).split('\n'),
];

/** JSON for people: indented; what is no JSON as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
