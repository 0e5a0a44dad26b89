/** Adds a batch to the tables of counts, and to what is known of its repositories. */
import type pg from 'pg';
import { ACTION_CODES } from '../db/tables.js';
import {
  type ActivityCell,
  type Cells,
  isFetch,
  isManifest,
  type PullCell,
  type PushCell,
} from './counts.js';
import type { IdRow } from './dictionary.js';
import { type Upsert, upsert } from './upsert.js';

const sums = (names: readonly string[]): string =>
  names.map((name) => `${name} = t.${name} + excluded.${name}`).join(', ');

const PULLS: Upsert<PullCell> = {
  table: 'pull_day',
  columns: [
    ['day', 'date', (cell) => cell.day],
    ['repository_id', 'int', (cell) => cell.repositoryId],
    ['tag', 'text', (cell) => cell.tag],
    ['agent_id', 'int', (cell) => cell.agentId],
    ['pulls', 'bigint', (cell) => cell.pulls],
    ['checks', 'bigint', (cell) => cell.checks],
    ['bytes', 'bigint', (cell) => cell.bytes],
  ],
  key: ['repository_id', 'day', 'tag', 'agent_id'],
  set: sums(['pulls', 'checks', 'bytes']),
};

const PUSHES: Upsert<PushCell> = {
  table: 'push_day',
  columns: [
    ['day', 'date', (cell) => cell.day],
    ['repository_id', 'int', (cell) => cell.repositoryId],
    ['tag', 'text', (cell) => cell.tag],
    ['actor_id', 'int', (cell) => cell.actorId],
    ['pushes', 'bigint', (cell) => cell.pushes],
    ['deletes', 'bigint', (cell) => cell.deletes],
    ['bytes', 'bigint', (cell) => cell.bytes],
  ],
  key: ['repository_id', 'day', 'tag', 'actor_id'],
  set: sums(['pushes', 'deletes', 'bytes']),
};

const ACTIVITY: Upsert<ActivityCell> = {
  table: 'activity_day',
  columns: [
    ['day', 'date', (cell) => cell.day],
    ['subject', 'smallint', (cell) => cell.subject],
    ['subject_id', 'int', (cell) => cell.subjectId],
    ['tag', 'text', (cell) => cell.tag],
    ['pulls', 'bigint', (cell) => cell.pulls],
    ['checks', 'bigint', (cell) => cell.checks],
    ['pushes', 'bigint', (cell) => cell.pushes],
    ['deletes', 'bigint', (cell) => cell.deletes],
    ['bytes', 'bigint', (cell) => cell.bytes],
  ],
  key: ['subject', 'day', 'subject_id', 'tag'],
  set: sums(['pulls', 'checks', 'pushes', 'deletes', 'bytes']),
};

/** Rejects with the error of PostgreSQL. */
export async function writeCounts(client: pg.PoolClient, cells: Cells): Promise<void> {
  await upsert(client, PULLS, [...cells.pulls.values()]);
  await upsert(client, PUSHES, [...cells.pushes.values()]);
  await upsert(client, ACTIVITY, [...cells.activity.values()]);
}

/** When something happened in a repository. */
interface Seen {
  first: string;
  last: string;
  push: string | null;
  pull: string | null;
}

const UPDATE_REPOSITORIES = `
  update repository r set first_at = least(r.first_at, w.first_at), last_at = greatest(r.last_at, w.last_at),
    last_push_at = greatest(r.last_push_at, w.push_at), last_pull_at = greatest(r.last_pull_at, w.pull_at)
  from unnest($1::int[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[])
    w (id, first_at, last_at, push_at, pull_at)
  where r.id = w.id and (w.first_at < r.first_at or w.last_at > r.last_at
    or greatest(w.push_at, r.last_push_at) is distinct from r.last_push_at
    or greatest(w.pull_at, r.last_pull_at) is distinct from r.last_pull_at)`;

const LOCK_REPOSITORIES = 'select 1 from repository where id = any($1::int[]) order by id for no key update';

/**
 * First and last activity of the batch's repositories. They stay locked until the transaction ends, in the order of
 * their ids: all that is kept by repository is written by one transaction at a time. Rejects with the error of PostgreSQL.
 */
export async function writeActivity(client: pg.PoolClient, rows: readonly IdRow[]): Promise<void> {
  const seen = new Map<number, Seen>();
  for (const row of rows) if (row.repositoryId !== null) note(seen, row.repositoryId, row);
  if (seen.size === 0) return;
  const all = [...seen];
  const ids = all.map(([id]) => id);
  await client.query({ name: 'archive-lock', text: LOCK_REPOSITORIES, values: [ids] });
  await client.query({
    name: 'archive-repositories',
    text: UPDATE_REPOSITORIES,
    values: [
      ids,
      all.map(([, { first }]) => first),
      all.map(([, { last }]) => last),
      all.map(([, { push }]) => push),
      all.map(([, { pull }]) => pull),
    ],
  });
}

function note(seen: Map<number, Seen>, id: number, row: IdRow): void {
  const push = row.action === ACTION_CODES.push && isManifest(row) ? row.at : null;
  const pull = isFetch(row) ? row.at : null;
  const there = seen.get(id) ?? { first: row.at, last: row.at, push, pull };
  seen.set(id, {
    first: [there.first, row.at].sort()[0] ?? row.at,
    last: later(there.last, row.at) ?? row.at,
    push: later(there.push, push),
    pull: later(there.pull, pull),
  });
}

/** Times of one form are compared as text. */
const later = (one: string | null, other: string | null): string | null => {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
};
