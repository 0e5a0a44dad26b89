/** Keeps what was decided about a client's pulls, in one transaction: they are published from there. */
import type pg from 'pg';
import { digestBytes } from '../../db/digest.js';
import { isNoPartition } from '../../db/errors.js';
import { ensurePartitions } from '../../db/partitions.js';
import type { PartitionWidth } from '../../db/ranges.js';
import type { KeptSession, PullDecision } from '../decide.js';
import { PULL_STATES } from '../types.js';
import type { DueClient } from './due.js';
import { PUBLISH, rowOf } from './publish.js';
import { clientId } from './scene.js';
import type { StoredSession } from './stored.js';

const LOCK = 'select turn, version from pull_due where repository_id = $1 and addr = $2 for update';

const DONE = 'delete from pull_due where repository_id = $1 and addr = $2';

/** Of what came meanwhile nothing is known yet: only the number of the turn changes then. */
const WAIT = `
  update pull_due set turn = turn + 1,
    from_at = case when version = $3 then $4 else from_at end, until_at = greatest(until_at, $6),
    due_at = case when version = $3 then $5 else due_at end
  where repository_id = $1 and addr = $2`;

const REMOVE =
  'delete from pull_session p using unnest($1::uuid[], $2::timestamptz[]) w (id, at) where p.id = w.id and p.at = w.at';

const ADD = `
  insert into pull_session (at, id, ended_at, state, repository_id, tag, digest, platform, actor_id, agent_id, addr,
    expected_bytes, seen_bytes, clients, evidence, client, members, closes_at, closed_at, revision, body)
  select $1, $2, $3, $4, $5, $6, $7, $8, e.actor_id, e.agent_id, e.addr, $9, $10, $11, $12, $13, $14, $15,
    case when $16::jsonb -> 'event' is null then null else now() end, $17, $16
  from event e where e.id = $18 and e.at = $1
  on conflict do nothing`;

const COUNT = `
  insert into session_day as t (day, repository_id, tag, state, sessions, bytes)
  values ($1, $2, $3, $4, $5, $6)
  on conflict (repository_id, day, tag, state) do update
    set sessions = t.sessions + excluded.sessions, bytes = t.bytes + excluded.bytes`;

const SEEN = `
  insert into pull_seen as t (client, digest, first_at, last_at)
  select w.client, w.digest, min(w.at), max(w.at)
  from unnest($1::uuid[], $2::bytea[], $3::timestamptz[]) w (client, digest, at) group by 1, 2 order by 1, 2
  on conflict (client, digest) do update
    set first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at)`;

/** @returns false when another process has decided meanwhile. Rejects with the error of PostgreSQL */
export async function savePulls(
  pool: pg.Pool,
  due: DueClient,
  decision: PullDecision,
  before: readonly StoredSession[],
  partition: PartitionWidth,
): Promise<boolean> {
  try {
    return await save(pool, due, decision, before);
  } catch (error) {
    if (!isNoPartition(error)) throw error;
    const times = [
      ...decision.events.map(({ at }) => at),
      ...decision.sessions.map(({ pull }) => pull.startedAt),
    ];
    await ensurePartitions(
      pool,
      partition,
      times.map((at) => Date.parse(at)),
    );
    return save(pool, due, decision, before);
  }
}

async function save(
  pool: pg.Pool,
  due: DueClient,
  decision: PullDecision,
  before: readonly StoredSession[],
): Promise<boolean> {
  const client = await pool.connect();
  let fault: Error | undefined;
  try {
    await client.query('begin');
    const { rows } = await client.query(LOCK, [due.repositoryId, due.addr]);
    if (rows[0]?.turn !== due.turn) {
      await client.query('rollback');
      return false;
    }
    await replace(client, due.repositoryId, decision, before);
    for (const event of decision.events) await client.query(PUBLISH, rowOf(event, due.repositoryId));
    const { openFrom, nextAt, until = due.until } = decision;
    const isDone = rows[0].version === due.version && nextAt === undefined;
    if (isDone) await client.query(DONE, [due.repositoryId, due.addr]);
    else
      await client.query(WAIT, [
        due.repositoryId,
        due.addr,
        due.version,
        openFrom ?? due.from,
        nextAt ?? due.until,
        until,
      ]);
    await client.query('commit');
    return true;
  } catch (error) {
    fault = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(fault);
  }
}

/** What is in the archive as it would be written stays. */
async function replace(
  client: pg.PoolClient,
  repositoryId: number,
  { sessions }: PullDecision,
  before: readonly StoredSession[],
): Promise<void> {
  const known = new Set(sessions.flatMap(({ isKnown, id }) => (isKnown ? [id] : [])));
  const gone = before.filter(({ id }) => !known.has(id));
  const fresh = sessions.filter(({ isKnown }) => !isKnown);
  await client.query(REMOVE, [gone.map(({ id }) => id), gone.map(({ at }) => at)]);
  for (const session of fresh) await client.query(ADD, valuesOf(session, repositoryId));
  const counts = new Counts();
  for (const { closed, day, tag, state, bytes } of gone) if (closed) counts.add(day, tag, state, -1, -bytes);
  for (const { event } of fresh) {
    if (!event) continue;
    const { startedAt, tag = '', state, transferredBytes = 0 } = event;
    counts.add(startedAt.slice(0, 10), tag, PULL_STATES.indexOf(state), 1, transferredBytes);
  }
  for (const { day, tag, state, sessions: count, bytes } of counts.changed())
    await client.query(COUNT, [day, repositoryId, tag, state, count, bytes]);
  await noteSeen(client, fresh);
}

interface Count {
  day: string;
  tag: string;
  state: number;
  sessions: number;
  bytes: number;
}

/** By day, tag and state, in their order: no two transactions wait for each other in a circle. */
class Counts {
  private readonly cells = new Map<string, Count>();

  add(day: string, tag: string, state: number, sessions: number, bytes: number): void {
    const key = JSON.stringify([day, tag, state]);
    const cell = this.cells.get(key) ?? { day, tag, state, sessions: 0, bytes: 0 };
    this.cells.set(key, { ...cell, sessions: cell.sessions + sessions, bytes: cell.bytes + bytes });
  }

  changed(): Count[] {
    const cells = [...this.cells].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
    return cells.filter(({ sessions, bytes }) => sessions !== 0 || bytes !== 0);
  }
}

/** An interrupted layer is not there. */
async function noteSeen(client: pg.PoolClient, sessions: readonly KeptSession[]): Promise<void> {
  const seen = sessions.flatMap(({ pull }) =>
    pull.parts.flatMap(({ state, digest, at }) =>
      state === 'seen' && at !== undefined ? [{ client: clientId(pull.client), digest, at }] : [],
    ),
  );
  if (seen.length === 0) return;
  await client.query(SEEN, [
    seen.map((one) => one.client),
    seen.map(({ digest }) => digestBytes(digest)),
    seen.map(({ at }) => at),
  ]);
}

function valuesOf({ id, pull, event, revision }: KeptSession, repositoryId: number): unknown[] {
  const { startedAt, at, state, tag, digest, platform, expectedBytes, transferredBytes, clients } = pull;
  const { evidence, client, events, parts } = pull;
  return [
    startedAt,
    id,
    at,
    PULL_STATES.indexOf(state),
    repositoryId,
    tag ?? null,
    digest === undefined ? null : digestBytes(digest),
    platform ?? null,
    expectedBytes ?? null,
    transferredBytes ?? null,
    Math.min(clients, 32_767),
    evidence === 'events' ? 0 : 1,
    clientId(client),
    events.map((one) => one.id),
    pull.closesAt,
    JSON.stringify({ ...(event && { event }), parts }),
    revision,
    events[0]?.id,
  ];
}
