/** Whose pulls are to be computed again: those of each client of which a batch has new requests. */
import type pg from 'pg';
import { ACTION_CODES } from '../../db/tables.js';
import type { IdRow } from '../../write/dictionary.js';

/**
 * What is due is looked at `archive.sessions.grace` later; a line of a log at once: it may prove an interruption. It is
 * due no earlier than that, so it comes after all that waits longer.
 */
const EVENTS_DUE = 'now()';
const LINES_DUE = "now() - $3 * interval '1 ms'";

const upsert = (rows: string, due: string): string => `
  insert into pull_due as d (repository_id, addr, from_at, until_at, due_at)
  select repository_id, addr, min(at), max(at), ${due} from (${rows}) e
  group by 1, 2 order by 1, 2
  on conflict (repository_id, addr) do update set from_at = least(d.from_at, excluded.from_at),
    until_at = greatest(d.until_at, excluded.until_at), due_at = least(d.due_at, excluded.due_at),
    version = d.version + 1`;

const NOTE = upsert(
  `select e.repository_id, coalesce(host(e.addr), '') as addr, e.at from unnest($1::uuid[], $2::timestamptz[]) w (id, at)
   join event e on e.id = w.id and e.at = w.at`,
  EVENTS_DUE,
);

/** Of all sources: the log of a registry and its events come by different ones. */
const NOTE_LINES = upsert(
  `select r.id as repository_id, coalesce(host(l.addr), '') as addr, l.at from unnest($1::uuid[], $2::timestamptz[]) w (id, at)
   join log_line l on l.id = w.id and l.at = w.at join repository r on r.name = l.repository`,
  LINES_DUE,
);

/** In the transaction that writes the rows. Rejects with the error of PostgreSQL. */
export async function noteDue(client: pg.PoolClient, rows: readonly IdRow[]): Promise<void> {
  const pulls = rows.filter((row) => row.repositoryId !== null && row.action === ACTION_CODES.pull);
  await note(client, 'archive-pull-due', NOTE, pulls);
}

/** The same for lines of a log. @param grace milliseconds, as in `archive.sessions` */
export async function noteLines(
  client: pg.PoolClient,
  lines: readonly { id: string; at: string }[],
  grace: number,
): Promise<void> {
  await note(client, 'archive-pull-due-lines', NOTE_LINES, lines, [grace]);
}

async function note(
  client: pg.PoolClient,
  name: string,
  text: string,
  rows: readonly { id: string; at: string }[],
  more: readonly number[] = [],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query({ name, text, values: [rows.map(({ id }) => id), rows.map(({ at }) => at), ...more] });
}
