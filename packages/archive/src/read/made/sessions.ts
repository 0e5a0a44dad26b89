/** Pulls, newest first. */
import { sql } from 'kysely';
import type { PullSessionTable } from '../../db/tables.js';
import { type ImagePulled, PULL_STATES, type PullPart, type PullState } from '../../pulls/types.js';
import { columnText } from '../../write/text.js';
import type { Ask } from '../ask.js';
import { type CursorKind, cursorOf, PARTS, positionOf } from '../cursor.js';
import { digestOrNone, digestsOf } from '../digests.js';
import { given } from '../events/row.js';
import { addressOf, all, type Condition, contains, refuse, within } from '../filter.js';
import type { Named, Names } from '../names.js';
import type { Page, PageRequest } from '../types.js';
import { repositoriesOf } from './filter.js';
import { requestsOf } from './requests.js';
import type { ArchivedSession, SessionDetail, SessionFilter } from './types.js';

const SESSIONS: CursorKind = { list: 's', parts: [PARTS.time, PARTS.uuid] };

const COLUMNS = sql.raw(
  [
    ...[
      'p.at',
      'p.id',
      'p.ended_at',
      'p.state',
      'p.repository_id',
      'p.tag',
      'p.digest',
      'p.platform',
      'p.actor_id',
    ],
    ...['p.agent_id', 'host(p.addr) as addr', 'p.expected_bytes', 'p.seen_bytes', 'p.clients', 'p.evidence'],
    ...['p.closed_at', 'coalesce(cardinality(p.members), 0) as events', `p.body -> 'event' as event`],
  ].join(', '),
);

type Row = Omit<PullSessionTable, 'client' | 'members' | 'closes_at' | 'revision' | 'body'> & {
  events: number;
  event: ImagePulled | null;
};

/** @throws LongshoreError REQUEST_INVALID */
export async function sessionPage(
  ask: Ask,
  names: Names,
  filter: SessionFilter,
  { limit, after, signal }: PageRequest,
): Promise<Page<ArchivedSession>> {
  const position = positionOf(SESSIONS, after);
  const conditions = await conditionsOf(ask, filter, signal);
  if (!conditions) return { items: [] };
  if (position) conditions.push(sql`(p.at, p.id) < (${position[0]}::timestamptz, ${position[1]}::uuid)`);
  const rows = await ask(
    sql<Row>`select ${COLUMNS} from pull_session p where ${all(conditions)}
      order by p.at desc, p.id desc limit ${limit + 1}`,
    signal,
  );
  const shown = rows.slice(0, limit);
  const named = await names(wantedBy(shown));
  const last = shown.at(-1);
  const isMore = rows.length > limit && last !== undefined;
  return {
    items: shown.map((row) => sessionOf(row, named)),
    ...(isMore && { next: cursorOf(SESSIONS, [last.at, last.id]) }),
  };
}

/** Undefined: nothing can match. */
async function conditionsOf(
  ask: Ask,
  { state, tag, digest, actor, addr, client, ...filter }: SessionFilter,
  signal?: AbortSignal,
): Promise<Condition[] | undefined> {
  const repositories = await repositoriesOf(ask, sql`p.repository_id`, filter, signal);
  if (!repositories) return undefined;
  const digests = digest === undefined ? undefined : await digestsOf(ask, digest, signal);
  return [
    ...repositories,
    ...within(sql`p.at`, filter),
    ...(state === undefined ? [] : [sql`p.state = ${stateOf(state)}`]),
    ...(tag === undefined ? [] : [sql`p.tag = ${columnText(tag)}`]),
    ...(digests === undefined ? [] : [sql`p.digest = any(${digests}::bytea[])`]),
    ...(actor === undefined ? [] : [isLabel(sql`p.actor_id`, sql`l.name = ${columnText(actor)}`)]),
    ...(client === undefined ? [] : [isLabel(sql`p.agent_id`, contains(sql`l.name`, client))]),
    ...(addr === undefined ? [] : [isFrom(addr)]),
  ];
}

/** Conditions have the number of the state in them: its index is for two of them alone. */
function stateOf(state: PullState): Condition {
  const place = PULL_STATES.indexOf(state);
  return place < 0 ? refuse('state', `there are ${PULL_STATES.join(', ')}`) : sql.raw(String(place));
}

const isLabel = (column: Condition, where: Condition): Condition =>
  sql`exists (select 1 from label l where l.id = ${column} and ${where})`;

function isFrom(addr: string): Condition {
  const from = addressOf(addr);
  if ('network' in from) return sql`p.addr <<= ${from.network}::inet`;
  const [address, bits] = from.either;
  return sql`p.addr in (${address}::inet, network(set_masklen(${address}::inet, ${bits}::int))::inet)`;
}

const wantedBy = (rows: readonly Row[]) => ({
  repositories: rows.map((row) => row.repository_id),
  labels: rows.flatMap((row) => [row.actor_id, row.agent_id]),
});

function sessionOf(row: Row, names: Named): ArchivedSession {
  const { event } = row;
  const { repository = '', source = '' } = names.repository(row.repository_id) ?? {};
  return {
    ...{ session: row.id, startedAt: row.at, at: row.ended_at ?? row.at, open: row.closed_at === null },
    state: PULL_STATES[row.state] ?? 'checked',
    evidence: row.evidence === 1 ? 'events+log' : 'events',
    ...{ repository, source },
    ...given({
      ...{ tag: row.tag ?? undefined, digest: digestOrNone(row.digest), platform: row.platform ?? undefined },
      ...{ expectedBytes: row.expected_bytes ?? undefined, transferredBytes: row.seen_bytes ?? undefined },
      ...{ actor: names.label(row.actor_id), addr: row.addr ?? undefined, client: names.label(row.agent_id) },
    }),
    layers: event?.layers ?? 0,
    layersPulled: event?.layersPulled ?? 0,
    layersCached: event?.layersCached ?? 0,
    clients: row.clients ?? 1,
    events: row.events,
  };
}

/** Undefined: unknown. @throws LongshoreError REQUEST_INVALID for an id that is none */
export async function oneSession(ask: Ask, names: Names, id: string): Promise<SessionDetail | undefined> {
  if (!PARTS.uuid(id)) refuse('session', 'not the id of a pull');
  const [row] = await ask(
    sql<Row & { members: string[] | null; parts: PullPart[] | null }>`
      select ${COLUMNS}, p.members, p.body -> 'parts' as parts from pull_session p where p.id = ${id}::uuid
      order by p.at desc limit 1`,
  );
  if (!row) return undefined;
  const session = sessionOf(row, await names(wantedBy([row])));
  return {
    ...session,
    parts: row.parts ?? [],
    requests: await requestsOf(ask, names, row.members ?? [], row.at),
  };
}
