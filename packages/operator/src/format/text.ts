/** Text for a terminal of 80 columns. Texts from outside are written out, so that no terminal acts on them. */
import { printable, printableLines } from '@longshore/event';

/** Lines of at most `width` characters, broken between words where there are any. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  const long = new RegExp(`.{1,${width}}`, 'gu');
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(/ +/).flatMap((part) => part.match(long) ?? [])) {
      if (line !== '' && line.length + word.length + 1 > width) {
        lines.push(line);
        line = '';
      }
      line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}

/** Columns of any `localTime`. */
export const TIME_WIDTH = '2026-11-21 12:03:44 +01:00'.length;

/** On one line of at most so many columns, padded to them when `fill`. */
export function truncate(text: string, width: number, fill = false): string {
  const characters = Array.from(printable(text.replaceAll('\n', ' ')));
  const cut = characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : characters.join('');
  return fill ? cut + ' '.repeat(Math.max(0, width - Array.from(cut).length)) : cut;
}

/** `name  value`, one below the other; without those that have no value. */
export function properties(pairs: readonly (readonly [string, string | number | undefined])[]): string[] {
  const given = pairs.flatMap(([name, value = '']) => (value === '' ? [] : [[name, String(value)] as const]));
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`);
}

/** A text of several lines, under a title. */
export const block = (title: string, text: string): string[] => [
  '',
  title,
  ...printableLines(text).split('\n'),
];
