/** Events as a table no wider than the terminal. */
import type { ArchivedEvent } from '@longshore/archive/items';
import { localTime, shortDigest } from '@longshore/event';
import { type Column, table, truncate } from '@longshore/operator/terminal';

const COLUMNS = ['TIME', 'ACTION', 'REPOSITORY', 'TAG', 'DIGEST', 'ACTOR', 'ADDRESS', 'CLIENT'];
const GAP = 2;
/** Those that are cut, the widest first, and the characters that each keeps. */
const CUT: readonly [column: string, least: number][] = [
  ['CLIENT', 8],
  ['REPOSITORY', 16],
  ['ACTOR', 6],
  ['TAG', 6],
  ['DIGEST', 8],
  ['ADDRESS', 8],
];

/** Lines, the header first. @param width of the terminal; undefined: as wide as needed */
export function eventTable(events: readonly ArchivedEvent[], width?: number): string[] {
  const rows = events.map(cellsOf);
  const columns: Column[] = COLUMNS.map((header) => ({ header }));
  if (width === undefined) return table(columns, rows);
  const widths = COLUMNS.map((header, at) =>
    Math.max(header.length, ...rows.map((row) => Array.from(row[at] ?? '').length)),
  );
  let over = widths.reduce((sum, one) => sum + one + GAP, -GAP) - width;
  for (const [header, least] of CUT) {
    const at = COLUMNS.indexOf(header);
    const [wide = 0, floor] = [widths[at], Math.max(least, header.length)];
    const cut = Math.min(Math.max(0, over), Math.max(0, wide - floor));
    widths[at] = wide - cut;
    over -= cut;
  }
  return table(
    columns,
    rows.map((row) => row.map((cell, at) => truncate(cell, widths[at] ?? 0))),
    width,
  );
}

const cellsOf = (event: ArchivedEvent): string[] => [
  localTime(event.at),
  event.action === 'pull' && event.method === 'HEAD' ? 'pull HEAD' : event.action,
  event.repository ?? '',
  event.tag ?? '',
  event.digest === undefined ? '' : shortDigest(event.digest).replace(/^sha256:/, ''),
  event.actor ?? '',
  event.addr ?? '',
  event.client ?? '',
];
