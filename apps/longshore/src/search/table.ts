/** What the archive has as tables no wider than the terminal. */
import type { ArchivedEvent } from '@longshore/archive/items';
import type { ArchivedImageEvent, ArchivedSession } from '@longshore/archive/sessions';
import { formatSize, localTime, shortDigest } from '@longshore/event';
import { type Column, table, truncate } from '@longshore/operator/terminal';

const GAP = 2;

/** Columns of a list, and the texts of an item in their order. */
export interface TableOf<Item> {
  columns: readonly string[];
  /** Those that are cut, the widest first, and the characters that each keeps. */
  cut: readonly (readonly [column: string, least: number])[];
  cells(item: Item): string[];
}

/** Lines, the header first. @param width of the terminal; undefined: as wide as needed */
export function tableOf<Item>(
  { columns: headers, cut, cells }: TableOf<Item>,
  items: readonly Item[],
  width?: number,
): string[] {
  const rows = items.map(cells);
  const columns: Column[] = headers.map((header) => ({ header }));
  if (width === undefined) return table(columns, rows);
  const widths = headers.map((header, at) =>
    Math.max(header.length, ...rows.map((row) => Array.from(row[at] ?? '').length)),
  );
  let over = widths.reduce((sum, one) => sum + one + GAP, -GAP) - width;
  for (const [header, least] of cut) {
    const at = headers.indexOf(header);
    const [wide = 0, floor] = [widths[at], Math.max(least, header.length)];
    const fewer = Math.min(Math.max(0, over), Math.max(0, wide - floor));
    widths[at] = wide - fewer;
    over -= fewer;
  }
  return table(
    columns,
    rows.map((row) => row.map((cell, at) => truncate(cell, widths[at] ?? 0))),
    width,
  );
}

const digestCell = (digest: string | undefined): string =>
  digest === undefined ? '' : shortDigest(digest).replace(/^sha256:/, '');

/** Events. */
export const EVENT_TABLE: TableOf<ArchivedEvent> = {
  columns: ['TIME', 'ACTION', 'REPOSITORY', 'TAG', 'DIGEST', 'ACTOR', 'ADDRESS', 'CLIENT'],
  cut: [
    ['CLIENT', 8],
    ['REPOSITORY', 16],
    ['ACTOR', 6],
    ['TAG', 6],
    ['DIGEST', 8],
    ['ADDRESS', 8],
  ],
  cells: (event) => [
    localTime(event.at),
    event.action === 'pull' && event.method === 'HEAD' ? 'pull HEAD' : event.action,
    event.repository ?? '',
    event.tag ?? '',
    digestCell(event.digest),
    event.actor ?? '',
    event.addr ?? '',
    event.client ?? '',
  ],
};

/** Image events. */
export const IMAGE_TABLE: TableOf<ArchivedImageEvent> = {
  columns: ['TIME', 'ACTION', 'REPOSITORY', 'TAGS', 'DIGEST', 'SIZE', 'ACTOR', 'CLIENT'],
  cut: [
    ['CLIENT', 8],
    ['REPOSITORY', 16],
    ['TAGS', 6],
    ['ACTOR', 6],
    ['DIGEST', 8],
  ],
  cells: (event) => [
    localTime(event.at),
    event.action,
    event.repository,
    'tags' in event ? event.tags.join(',') : 'tag' in event ? (event.tag ?? '') : '',
    digestCell(event.digest),
    'size' in event && event.size !== undefined ? formatSize(event.size) : '',
    event.actor ?? '',
    event.userAgent ?? '',
  ],
};

/** Pulls. */
export const PULL_TABLE: TableOf<ArchivedSession> = {
  columns: ['BEGAN', 'STATE', 'REPOSITORY', 'TAG', 'LAYERS', 'BYTES', 'ACTOR', 'ADDRESS', 'CLIENT'],
  cut: [
    ['CLIENT', 8],
    ['REPOSITORY', 16],
    ['ACTOR', 6],
    ['TAG', 6],
    ['ADDRESS', 8],
  ],
  cells: (pull) => [
    localTime(pull.startedAt),
    pull.open ? `${pull.state}…` : pull.state,
    pull.repository,
    pull.tag ?? '',
    pull.layers === 0 ? '' : `${pull.layersPulled}/${pull.layers}`,
    pull.transferredBytes === undefined ? '' : formatSize(pull.transferredBytes),
    pull.actor ?? '',
    pull.addr ?? '',
    pull.client ?? '',
  ],
};
