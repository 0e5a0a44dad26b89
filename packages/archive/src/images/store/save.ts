/**
 * Keeps a decision: its events, and that nothing is open any more of what they were made of, in one transaction. They
 * are published from here, so that what is published is the same after a crash at any point.
 */
import { IMAGE_ACTIONS } from '@longshore/event';
import type pg from 'pg';
import { digestBytes } from '../../db/digest.js';
import { isNoPartition } from '../../db/errors.js';
import { ensurePartitions } from '../../db/partitions.js';
import type { PartitionWidth } from '../../db/ranges.js';
import type { Decision, ImageEvent, Made } from '../types.js';

const LOCK = 'select 1 from repository where id = any($1::int[]) order by id for no key update';

const CLOSE =
  'delete from image_open where repository_id = any($1::int[]) and id = any($2::uuid[]) returning id';

const WAIT =
  'update image_open set waits = true where repository_id = any($1::int[]) and id = any($2::uuid[])';

const ADD = `
  insert into image_event (at, id, repository_id, type, digest, tags, members, body)
  select $1, $2, r.id, $3, $4, $5, $6, $7
  from repository r join source s on s.id = r.source_id
  where r.id = any($8::int[]) and s.name = $9
  on conflict do nothing`;

/** Another source says the same: in the archive only, since the event may be delivered. */
const CONFIRM = `
  update image_event set body = jsonb_set(body, '{sources}',
    coalesce(body -> 'sources', jsonb_build_array(body -> 'source')) || to_jsonb($2::text))
  where id = $1 and repository_id = any($3::int[])
    and not coalesce(body -> 'sources', jsonb_build_array(body -> 'source')) ? $2`;

/** @returns false when another process has decided meanwhile. Rejects with the error of PostgreSQL */
export async function saveDecision(
  pool: pg.Pool,
  ids: readonly number[],
  decision: Decision,
  partition: PartitionWidth,
): Promise<boolean> {
  try {
    return await save(pool, ids, decision);
  } catch (error) {
    if (!isNoPartition(error)) throw error;
    const times = decision.made.map(({ event }) => Date.parse(event.at));
    await ensurePartitions(pool, partition, times);
    return save(pool, ids, decision);
  }
}

async function save(
  pool: pg.Pool,
  ids: readonly number[],
  { made, done, waiting, confirmed }: Decision,
): Promise<boolean> {
  const client = await pool.connect();
  let fault: Error | undefined;
  try {
    await client.query('begin');
    await client.query(LOCK, [ids]);
    const { rowCount } = await client.query(CLOSE, [ids, done]);
    if (rowCount !== new Set(done).size) {
      await client.query('rollback');
      return false;
    }
    for (const one of made) await client.query(ADD, valuesOf(one, ids));
    for (const { id, source } of confirmed) await client.query(CONFIRM, [id, source, ids]);
    if (waiting.length > 0) await client.query(WAIT, [ids, waiting]);
    await client.query('commit');
    return true;
  } catch (error) {
    fault = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(fault);
  }
}

function valuesOf({ event, members }: Made, ids: readonly number[]): unknown[] {
  const { at, id, action, digest } = event;
  return [
    at,
    id,
    IMAGE_ACTIONS.indexOf(action),
    digest === undefined ? null : digestBytes(digest),
    tagsOf(event),
    members,
    JSON.stringify(event),
    ids,
    event.source,
  ];
}

const tagsOf = (event: ImageEvent): string[] =>
  'tags' in event ? event.tags : 'tag' in event ? [event.tag] : [];
