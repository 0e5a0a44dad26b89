/**
 * Pulls that failed, of which there is no event: by the registry's log. A 401 is how a client learns where to sign in, so
 * it is none when the same client succeeds within a minute.
 */
import { eventIdFrom } from '@longshore/event';
import type pg from 'pg';
import { isNoPartition } from '../db/errors.js';
import { ensurePartitions } from '../db/partitions.js';
import type { PartitionWidth } from '../db/ranges.js';
import { atText } from '../images/store/rows.js';
import { PUBLISH, rowOf } from './store/publish.js';
import type { PullFailed } from './types.js';

const MOST = 500;
const SIGNS_IN_WITHIN = '60 seconds';

interface FailedLine {
  id: string;
  at: string;
  source: string;
  status: number;
  method: string;
  uri: string;
  repository: string;
  reference: string;
  addr: string | null;
  actor: string | null;
  agent: string | null;
  host: string | null;
  repositoryId: number | null;
  signedIn: boolean;
}

/** A 401 is looked at when the line of its success has had a minute, and the grace, to come. */
const OPEN = `
  select l.id, ${atText('l.at')} as at, s.name as source, l.status, l.method, l.uri, l.repository, l.reference,
    host(l.addr) as addr, l.actor, l.agent, l.host,
    (select min(r.id) from repository r where r.name = l.repository) as "repositoryId",
    l.status = 401 and exists (select 1 from log_line o
      where o.source_id = l.source_id and o.repository = l.repository and o.status < 400
        and o.at between l.at and l.at + interval '${SIGNS_IN_WITHIN}'
        and o.addr is not distinct from l.addr and o.agent is not distinct from l.agent) as "signedIn"
  from log_line l join source s on s.id = l.source_id
  where l.open and l.arrived_at <= now() - case l.status when 401 then $1 * interval '1 ms' + interval '${SIGNS_IN_WITHIN}' else interval '0' end
  order by l.arrived_at limit ${MOST}`;

const CLOSE =
  'update log_line l set open = false from unnest($1::uuid[], $2::timestamptz[]) w (id, at) where l.id = w.id and l.at = w.at and l.open';

/** @param grace milliseconds that lines may be late @returns how many events were made. Rejects with the error of PostgreSQL */
export async function makeFailed(pool: pg.Pool, grace: number, partition: PartitionWidth): Promise<number> {
  const { rows } = await pool.query<FailedLine>(OPEN, [grace]);
  if (rows.length === 0) return 0;
  try {
    return await save(pool, rows);
  } catch (error) {
    if (!isNoPartition(error)) throw error;
    await ensurePartitions(
      pool,
      partition,
      rows.map(({ at }) => Date.parse(at)),
    );
    return save(pool, rows);
  }
}

async function save(pool: pg.Pool, rows: readonly FailedLine[]): Promise<number> {
  const failed = rows.filter(({ signedIn }) => !signedIn);
  const client = await pool.connect();
  let fault: Error | undefined;
  try {
    await client.query('begin');
    for (const line of failed) await client.query(PUBLISH, rowOf(eventOf(line), line.repositoryId));
    await client.query(CLOSE, [rows.map(({ id }) => id), rows.map(({ at }) => at)]);
    await client.query('commit');
    return failed.length;
  } catch (error) {
    fault = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(fault);
  }
}

function eventOf(line: FailedLine): PullFailed {
  const { id, at, source, repository, reference, status, method, uri, addr, actor, agent, host } = line;
  const isDigest = reference.includes(':');
  return {
    id: eventIdFrom(source, ['pull.failed', id]),
    at,
    source,
    repository,
    ...(isDigest ? { digest: reference } : { tag: reference }),
    ...(actor !== null && { actor }),
    ...(agent !== null && { userAgent: agent }),
    ...(addr !== null && { addr }),
    ...(host !== null && { host }),
    action: 'pull.failed',
    status,
    method,
    uri,
  };
}
