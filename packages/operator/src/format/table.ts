/** A table for a terminal: a header, aligned columns, no wider than the terminal. */
import { printable } from '@longshore/event';

/** A column: its header, and whether it holds numbers, which are aligned to the right. */
export interface Column {
  header: string;
  isNumber?: boolean;
}

const GAP = '  ';
/** Characters; what is cut to less says nothing. */
const NARROWEST = 8;

/**
 * Lines of the table, the header first. Text from outside is written out, so that no terminal acts on it.
 * @param width of the terminal; undefined: as wide as needed, for a pipe. The last column is cut to fit
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly (string | number)[])[],
  width = Number.POSITIVE_INFINITY,
): string[] {
  const cells = rows.map((row) => row.map((cell) => printable(String(cell).replaceAll('\n', ' '))));
  const widths = columns.map(({ header }, at) =>
    Math.max(lengthOf(header), ...cells.map((row) => lengthOf(row[at] ?? ''))),
  );
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0);
  const last = Math.max(NARROWEST, width - before);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => {
        if (at === columns.length - 1 && !columns[at]?.isNumber) return cut(cell, last);
        const fill = ' '.repeat(Math.max(0, (widths[at] ?? 0) - lengthOf(cell)));
        return columns[at]?.isNumber ? fill + cell : cell + fill;
      })
      .join(GAP)
      .trimEnd();
  return [columns.map(({ header }) => header), ...cells].map(line);
}

const lengthOf = (text: string): number => Array.from(text).length;

function cut(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : text;
}
