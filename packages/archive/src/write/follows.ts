/** GETs by digest that follow a HEAD of a tag: a client that has resolved a tag, and pulls what it found. */
import type pg from 'pg';
import { ACTION_CODES, METHODS } from '../db/tables.js';
import { isFetch } from './counts.js';
import type { IdRow } from './dictionary.js';

/** A client asks and fetches within so long. */
const WITHIN = '60 seconds';

/** The index by digest is read, in one or two partitions. */
const FIND = `
  select g.id, h.tag from unnest($1::uuid[], $2::timestamptz[]) w (id, at)
  join event g on g.id = w.id and g.at = w.at
  cross join lateral (
    select h.tag from event h
    where h.digest = g.digest and h.at <= g.at and h.at >= g.at - interval '${WITHIN}'
      and h.repository_id = g.repository_id and h.action = ${ACTION_CODES.pull} and h.method = ${METHODS.HEAD}
      and h.tag is not null and h.addr is not distinct from g.addr
      and h.actor_id is not distinct from g.actor_id and h.agent_id is not distinct from g.agent_id
    order by h.at desc, h.id desc limit 1) h`;

/** @returns by a row's id, the tag that was asked for. Rejects with the error of PostgreSQL */
export async function pulledTags(
  client: pg.PoolClient,
  rows: readonly IdRow[],
): Promise<Map<string, string>> {
  const fetched = rows.filter(
    (row) => isFetch(row) && row.method !== null && row.tag === null && row.digest !== null,
  );
  if (fetched.length === 0) return new Map();
  const values = [fetched.map(({ id }) => id), fetched.map(({ at }) => at)];
  const found = await client.query({ name: 'archive-follows', text: FIND, values });
  return new Map(found.rows.map(({ id, tag }) => [id, tag]));
}
