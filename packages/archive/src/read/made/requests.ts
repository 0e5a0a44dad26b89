/** The raw events that an image event or a pull was made of. */
import { sql } from 'kysely';
import type { Ask } from '../ask.js';
import { EVENT_COLUMNS, type EventRow, eventOfRow, wantedBy } from '../events/row.js';
import type { Names } from '../names.js';
import type { ArchivedEvent } from '../types.js';

/** Requests of one push or pull. */
const MOST = 5_000;

/**
 * In order. Members of a pull begin 12 hours before its end at most, those of a push an hour before it; children of an
 * index may be older.
 */
export async function requestsOf(
  ask: Ask,
  names: Names,
  members: readonly string[],
  at: string,
): Promise<ArchivedEvent[]> {
  if (members.length === 0) return [];
  const rows = await ask(sql<EventRow>`select ${EVENT_COLUMNS} from event e
    where e.id = any(${members}::uuid[])
      and e.at between ${at}::timestamptz - interval '2 days' and ${at}::timestamptz + interval '2 days'
    order by e.at, e.id limit ${MOST}`);
  const named = await names(wantedBy(rows));
  return rows.map((row) => eventOfRow(row, named));
}
