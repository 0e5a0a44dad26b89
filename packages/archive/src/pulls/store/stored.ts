/** Sessions as they are kept. */
import type pg from 'pg';
import { atText } from '../../images/store/rows.js';
import type { ImagePulled } from '../types.js';

/** A session that was computed before. */
export interface StoredSession {
  id: string;
  at: string;
  endedAt: string;
  client: string;
  members: string[];
  /** It has the event once it was closed. */
  body: { event?: ImagePulled } | null;
  closed: boolean;
  /** It was closed so recently that a change of it is reported. */
  isRecent: boolean;
  revision: number;
  day: string;
  tag: string;
  state: number;
  bytes: number;
}

/** After it was closed, a change is kept, and not reported. */
const REPORTED_FOR = '10 minutes';

/** A session lasts 12 hours at most, and waits for 2. */
const AFFECTED = `
  select id, ${atText('at')} as at, ${atText('ended_at')} as "endedAt", client, members, body, closed_at is not null as closed,
    coalesce(closed_at > now() - interval '${REPORTED_FOR}', true) as "isRecent", revision,
    (at at time zone 'UTC')::date::text as day, coalesce(tag, '') as tag, state, coalesce(seen_bytes, 0) as bytes
  from pull_session
  where repository_id = $1 and ($2::text is null or coalesce(host(addr), '') = $2)
    and at between $3::timestamptz - interval '14 hours' and $4::timestamptz + interval '2 hours' and closes_at >= $3`;

/** Sessions that events between these times may belong to, of a client or of all (null). Rejects with the error of PostgreSQL. */
export async function affected(
  client: pg.Pool | pg.PoolClient,
  repositoryId: number,
  addr: string | null,
  { from, until }: { from: string; until: string },
): Promise<StoredSession[]> {
  const { rows } = await client.query<StoredSession>(AFFECTED, [repositoryId, addr, from, until]);
  return rows;
}

const OTHERS = `
  select unnest(members) as id from pull_session
  where repository_id = $1 and ($2::text is null or coalesce(host(addr), '') = $2)
    and at between $3::timestamptz - interval '14 hours' and $4 and ended_at >= $3 and not id = any($5::uuid[])`;

/** Events between these times that belong to other sessions. Rejects with the error of PostgreSQL. */
export async function membersOfOthers(
  client: pg.Pool,
  repositoryId: number,
  addr: string | null,
  { from, until }: { from: string; until: string },
  sessions: readonly StoredSession[],
): Promise<Set<string>> {
  const ids = sessions.map(({ id }) => id);
  const { rows } = await client.query<{ id: string }>(OTHERS, [repositoryId, addr, from, until, ids]);
  return new Set(rows.map(({ id }) => id));
}
