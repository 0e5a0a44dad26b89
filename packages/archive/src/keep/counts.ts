/**
 * What is derived from events and older than every event that is kept. The present state of a tag stays, with its
 * newest move, however old: it is what the registry has. A tag that was deleted so long ago goes.
 */
import type pg from 'pg';

/** Each removes rows from before `$1`; none of them meets what a writer changes, but for events that are as old. */
const STATEMENTS = [
  'delete from pull_day where day < $1::timestamptz::date',
  'delete from push_day where day < $1::timestamptz::date',
  'delete from session_day where day < $1::timestamptz::date',
  'delete from pull_due where until_at < $1::timestamptz',
  'delete from activity_day where day < $1::timestamptz::date',
  'delete from coverage where until < $1::timestamptz',
  'delete from replay_run where ended_at < $1::timestamptz',
  `delete from tag_state where deleted and at < $1::timestamptz
    and (last_pull_at is null or last_pull_at < $1::timestamptz)`,
  `delete from tag_move m where at < $1::timestamptz and (
    not exists (select from tag_state s where s.repository_id = m.repository_id and s.tag = m.tag)
    or exists (select from tag_move later
      where later.repository_id = m.repository_id and later.tag = m.tag
      and (later.at, later.id) > (m.at, m.id) and later.at < $1::timestamptz))`,
];

/** @param before epoch milliseconds @returns how many rows */
export async function removeOldCounts(client: pg.PoolClient, before: number): Promise<number> {
  const moment = new Date(before).toISOString();
  let removed = 0;
  for (const statement of STATEMENTS) {
    const { rowCount } = await client.query(statement, [moment]);
    removed += rowCount ?? 0;
  }
  return removed;
}
