/** All that is known of the pulls of a client since something of them is new. */
import { eventIdFrom } from '@longshore/event';
import type pg from 'pg';
import { digestBytes, digestText } from '../../db/digest.js';
import { manifestsOf } from '../../images/store/manifests.js';
import { atText, EVENT_COLUMNS, type EventRow, rawOf } from '../../images/store/rows.js';
import type { RawEvent } from '../../images/types.js';
import { clientOf } from '../fold.js';
import type { LogFacts, PullScene, SessionSettings } from '../types.js';
import type { DueClient } from './due.js';
import { affected, membersOfOthers, type StoredSession } from './stored.js';

/** Requests of one client and repository that are looked at together; a pull of an image is ten. */
export const MOST_EVENTS = 50_000;

const EVENTS = `
  select ${EVENT_COLUMNS}
  from event e join repository r on r.id = e.repository_id join source s on s.id = r.source_id
  where e.repository_id = $1 and ($2::text is null or coalesce(host(e.addr), '') = $2)
    and e.at between $3 and $4 and e.action = 0
  order by e.at, e.id limit $5`;

/** A pusher looks at what is there before its first upload. */
const PUSHES = `
  select body ->> 'source' as source, body ->> 'addr' as addr, body ->> 'actor' as actor, body ->> 'userAgent' as "userAgent",
    ${atText("((body ->> 'startedAt')::timestamptz - interval '5 seconds')")} as "from", ${atText('at')} as until
  from image_event
  where repository_id = $1 and type = 0 and at between $2::timestamptz and $3::timestamptz + interval '1 hour'`;

const LINES = `
  select request_id as "requestId", status, coalesce(written, 0) as written from log_line
  where request_id = any($1::uuid[]) and at between $2::timestamptz - interval '10 minutes' and $3::timestamptz + interval '1 day'`;

const SEEN = `
  select client, digest, ${atText('first_at')} as "firstAt" from pull_seen
  where client = any($1::uuid[]) and digest = any($2::bytea[]) and last_at > $3::timestamptz - interval '30 days'`;

/** What a scene does not have; the next turn begins there. */
export interface Rest {
  /** The scene has all events before this moment, and none from it on. */
  from: string;
  until: string;
}

/** A scene, and what was made of it before. */
export interface StoredScene {
  scene: PullScene;
  /** All that the scene covers. */
  before: StoredSession[];
  /** There are more events than are looked at together. */
  rest?: Rest;
}

/** The name of a client in the tables. */
export const clientId = (client: string): string => eventIdFrom(client, ['client']);

/**
 * Rejects with the error of PostgreSQL.
 * @param redirects whether the source answers with the address of a storage @param most events of the scene
 */
export async function readPulls(
  pool: pg.Pool,
  due: DueClient,
  settings: SessionSettings,
  redirects: boolean,
  most: number = MOST_EVENTS,
): Promise<StoredScene> {
  const addr = settings.key.includes('addr') ? due.addr : null;
  const before = await affected(pool, due.repositoryId, addr, due);
  const [from = due.from] = [due.from, ...before.map(({ at }) => at)].sort();
  const until = [due.until, ...before.map(({ endedAt }) => endedAt)].sort().at(-1) ?? due.until;
  const range = { from, until };
  const values = [due.repositoryId, addr, range.from, range.until, most + 1];
  const [events, pushes, others] = await Promise.all([
    pool.query<EventRow>(EVENTS, values),
    pool.query<PushRow>(PUSHES, [due.repositoryId, range.from, range.until]),
    membersOfOthers(pool, due.repositoryId, addr, range, before),
  ]);
  const rest: Rest | undefined = events.rows.length > most ? restOf(events.rows, due, before) : undefined;
  const isCovered = ({ at }: { at: string }): boolean => rest === undefined || at < rest.from;
  const pulls = events.rows
    .filter(isCovered)
    .map(rawOf)
    .filter((event) => event !== undefined)
    .filter((event) => !others.has(event.id) && !pushes.rows.some((push) => isOfPush(event, push)));
  const digests = new Set(
    pulls.flatMap(({ target, digest }) => (target !== 'blob' && digest ? [digest] : [])),
  );
  const manifests = await manifestsOf(pool, [due.repositoryId], digests);
  const clients = [...new Set(pulls.map((event) => clientOf(event, settings.key)))];
  const listed = [...manifests.values()].flatMap(({ references = [] }) =>
    references.map((one) => one.digest),
  );
  const [log, seen] = await Promise.all([
    readLog(pool, pulls, range),
    readSeen(pool, clients, listed, range.from),
  ]);
  addSeen(seen, pulls, log, settings);
  const seenAt = (client: string, digest: string) => seen.get(seenKey(client, digest));
  const { repository } = due;
  return {
    scene: { repository, events: pulls, manifests, log, seenAt, redirects, settings },
    before: before.filter(isCovered),
    ...(rest && { rest }),
  };
}

/** To the end of what was due, and of the sessions that are cut in two. */
function restOf(rows: readonly EventRow[], due: DueClient, before: readonly StoredSession[]): Rest {
  const from = rows.at(-1)?.at ?? due.until;
  const cut = before.filter(({ at }) => at < from).map(({ endedAt }) => endedAt);
  return { from, until: [due.until, ...cut].sort().at(-1) ?? due.until };
}

interface PushRow {
  source: string;
  addr: string | null;
  actor: string | null;
  userAgent: string | null;
  from: string;
  until: string;
}

const isOfPush = (event: RawEvent, push: PushRow): boolean =>
  event.at >= push.from &&
  event.at <= push.until &&
  event.source === push.source &&
  event.addr === (push.addr ?? undefined) &&
  event.actor === (push.actor ?? undefined) &&
  event.userAgent === (push.userAgent ?? undefined);

async function readLog(
  pool: pg.Pool,
  pulls: readonly RawEvent[],
  range: { from: string; until: string },
): Promise<Map<string, LogFacts>> {
  const ids = pulls.flatMap(({ requestId }) => requestId ?? []);
  if (ids.length === 0) return new Map();
  const { rows } = await pool.query<LogFacts>(LINES, [ids, range.from, range.until]);
  return new Map(rows.map((line) => [line.requestId, line]));
}

async function readSeen(
  pool: pg.Pool,
  clients: readonly string[],
  digests: readonly string[],
  from: string,
): Promise<Map<string, string>> {
  const ids = new Map(clients.map((client) => [clientId(client), client]));
  const { rows } = await pool.query<{ client: string; digest: Buffer; firstAt: string }>(SEEN, [
    [...ids.keys()],
    [...new Set(digests)].map(digestBytes),
    from,
  ]);
  return new Map(
    rows.map(({ client, digest, firstAt }) => [seenKey(ids.get(client) ?? '', digestText(digest)), firstAt]),
  );
}

const seenKey = (client: string, digest: string): string => `${client}\0${digest}`;

/** What a client gets here is there for its next pull, which may be computed together with this one. */
function addSeen(
  seen: Map<string, string>,
  pulls: readonly RawEvent[],
  log: ReadonlyMap<string, LogFacts>,
  { key }: SessionSettings,
): void {
  for (const event of pulls) {
    const { target, method, digest, requestId, size, at } = event;
    if (target !== 'blob' || method === 'HEAD' || digest === undefined) continue;
    const written = log.get(requestId ?? '')?.written;
    if (written !== undefined && size !== undefined && written < size) continue;
    const name = seenKey(clientOf(event, key), digest);
    const known = seen.get(name);
    if (known === undefined || at < known) seen.set(name, at);
  }
}
