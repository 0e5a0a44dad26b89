/** Events, page by page. */
import { sql } from 'kysely';
import type { Ask } from '../ask.js';
import { type CursorKind, cursorOf, PARTS, positionOf } from '../cursor.js';
import { type Condition, momentOf, within } from '../filter.js';
import type { Names } from '../names.js';
import type { ArchivedEvent, EventFilter, EventPageRequest, Page } from '../types.js';
import { after, slice } from './lanes.js';
import { BODY_COLUMNS, EVENT_COLUMNS, type EventRow, eventOfRow, wantedBy } from './row.js';
import { searchOf } from './search.js';

const NEWEST: CursorKind = { list: 'e', parts: [PARTS.time, PARTS.uuid] };
const OLDEST: CursorKind = { list: 'o', parts: [PARTS.time, PARTS.uuid] };

/** What events are read with. */
export interface EventParts {
  ask: Ask;
  names: Names;
}

/** @throws LongshoreError REQUEST_INVALID */
export async function eventPage(
  { ask, names }: EventParts,
  filter: EventFilter,
  { limit, after: cursor, signal, body = false, first = 'newest' }: EventPageRequest,
): Promise<Page<ArchivedEvent>> {
  const kind = first === 'newest' ? NEWEST : OLDEST;
  const position = positionOf(kind, cursor);
  const window = within(sql`e.at`, filter);
  const newest = position?.[0] ?? (filter.until === undefined ? undefined : momentOf('until', filter.until));
  const reach = {
    active: activeIn(filter, first, position?.[0]),
    newest: newest === undefined ? undefined : String(newest),
    ...{ first, limit: limit + 1 },
  };
  const search = await searchOf(ask, filter, reach, signal);
  if (!search) return { items: [] };
  const read = (more: readonly Condition[]) =>
    ask(
      slice<EventRow>(search.lanes, {
        columns: body ? BODY_COLUMNS : EVENT_COLUMNS,
        where: [...search.where, ...window, ...(position ? after(first, position) : []), ...more],
        ...{ first, limit: limit + 1 },
      }),
      signal,
    );
  const rows = first === 'newest' && isSorted(filter) ? await widening(read, newest, limit) : await read([]);
  const shown = rows.slice(0, limit);
  const named = await names(wantedBy(shown));
  const last = shown.at(-1);
  const isMore = rows.length > limit && last !== undefined;
  return {
    items: shown.map((row) => eventOfRow(row, named)),
    ...(isMore && { next: cursorOf(kind, [last.at, last.id]) }),
  };
}

/**
 * Does PostgreSQL collect all that match and sort it, since no index has it in the order of time? Those of repositories
 * and digests do, and most events of a repository have the tag or action that is asked for. A tag alone does not count:
 * through its index a page costs less than reading days.
 */
function isSorted({ repository, digest, ...filter }: EventFilter): boolean {
  const { actor, addr, client, text, action, target, source } = filter;
  const rare = [actor, addr, client, text];
  const known = repository !== undefined || digest !== undefined;
  return (known ? rare : [...rare, action, target, source]).some((value) => value !== undefined);
}

const DAY_MS = 86_400_000;
const FIRST_DAYS = 1;
const MOST_DAYS = 400;

/**
 * Reads the days before the page begins, then more of them until the page is full: of a part of time PostgreSQL reads
 * only what matches, and sorts little. How many days come next depends on how many events were found.
 */
async function widening<Row>(
  read: (more: readonly Condition[]) => Promise<Row[]>,
  newest: string | number | undefined,
  limit: number,
): Promise<Row[]> {
  const end = newest === undefined ? Date.now() : Date.parse(String(newest));
  for (let days = FIRST_DAYS; days <= MOST_DAYS; ) {
    const rows = await read([sql`e.at >= ${momentOf('since', end - days * DAY_MS)}::timestamptz`]);
    if (rows.length > limit) return rows;
    days *= Math.min(8, Math.max(4, (2 * limit) / (rows.length + 1)));
  }
  return read([]);
}

/** Repositories that had an event in the window, after the position. */
function activeIn(
  { since, until }: EventFilter,
  first: 'newest' | 'oldest',
  at: string | number | undefined,
): Condition[] {
  const [from, to] = first === 'newest' ? [since, at ?? until] : [at ?? since, until];
  return [
    ...(from === undefined ? [] : [sql`r.last_at >= ${momentOf('since', from)}::timestamptz`]),
    ...(to === undefined ? [] : [sql`r.first_at <= ${momentOf('until', to)}::timestamptz`]),
  ];
}
