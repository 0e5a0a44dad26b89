/** A filter of events as conditions and lanes: names become ids first, so that PostgreSQL plans with what it knows. */
import { sql } from 'kysely';
import { ACTION_CODES, LABEL_KINDS, TARGET_KINDS } from '../../db/tables.js';
import { rowId } from '../../write/stored.js';
import { columnText } from '../../write/text.js';
import type { Ask } from '../ask.js';
import { digestsOf, isDigestPart } from '../digests.js';
import { addressOf, type Condition, contains, refuse } from '../filter.js';
import { nameConditions, repositoryIds } from '../repository-names.js';
import type { EventFilter } from '../types.js';
import type { Lane } from './lanes.js';

/** What is searched, and how. */
export interface Search {
  lanes: Lane[];
  /** Of every lane, without window and cursor. */
  where: Condition[];
}

/** The part of time that is searched: what repositories need to have been active in. */
export interface Reach {
  /** On `r.first_at` and `r.last_at`. */
  active: readonly Condition[];
  /** The newest moment, when the page is newest first: of a cursor, else `until`; undefined: now. */
  newest?: string | undefined;
  first: 'newest' | 'oldest';
  limit: number;
}

/** Undefined: nothing can match. @throws LongshoreError REQUEST_INVALID */
export async function searchOf(
  ask: Ask,
  filter: EventFilter,
  reach: Reach,
  signal?: AbortSignal,
): Promise<Search | undefined> {
  const sourceId = filter.source === undefined ? undefined : await sourceOf(ask, filter.source);
  if (sourceId === null) return undefined;
  const where = await conditionsOf(ask, filter);
  if (!where) return undefined;
  if (sourceId !== undefined) where.push(sql`e.source_id = ${sourceId}`);
  const repositories =
    filter.repository === undefined
      ? undefined
      : await repositoryIds(ask, { repository: filter.repository, sourceId }, reach.active, signal);
  const digests = filter.digest === undefined ? undefined : await digestsOf(ask, filter.digest, signal);
  if (repositories?.length === 0 || digests?.length === 0) return undefined;
  if (filter.text === undefined) return { lanes: [narrowest(repositories, digests, where)], where };
  if (repositories) where.push(sql`e.repository_id = any(${repositories}::int[])`);
  if (digests) where.push(sql`e.digest = any(${digests}::bytea[])`);
  const isAlone = where.length === 0;
  const lanes = await textLanes(ask, filter.text, sourceId, isAlone ? reach : { ...reach, limit: 0 }, signal);
  return { lanes, where };
}

/** A digest has fewer events than a repository. */
function narrowest(
  repositories: readonly number[] | undefined,
  digests: readonly Buffer[] | undefined,
  where: Condition[],
): Lane {
  if (!digests)
    return repositories
      ? { each: { column: 'repository_id', values: repositories }, where: [] }
      : { where: [] };
  if (repositories) where.push(sql`e.repository_id = any(${repositories}::int[])`);
  return { each: { column: 'digest', values: digests }, where: [] };
}

async function sourceOf(ask: Ask, source: string): Promise<number | null> {
  const [row] = await ask(sql<{ id: number }>`select id from source where name = ${columnText(source)}`);
  return row?.id ?? null;
}

const ids = (ask: Ask, kind: number, name: Condition) =>
  ask(
    sql<{
      id: number;
    }>`select l.id from label l where l.kind = ${kind} and ${name} limit ${MOST_CLIENTS + 1}`,
  ).then((rows) => rows.map(({ id }) => id));

/** User agents that a part of one may match. */
const MOST_CLIENTS = 10_000;

const isNamed = (name: string): Condition => sql`l.name = ${columnText(name)}`;

async function conditionsOf(ask: Ask, filter: EventFilter): Promise<Condition[] | undefined> {
  const where: Condition[] = [];
  if (filter.tag !== undefined) where.push(sql`e.tag = ${columnText(filter.tag)}`);
  if (filter.addr !== undefined) {
    const from = await isFrom(ask, filter.addr);
    if (!from) return undefined;
    where.push(from);
  }
  if (filter.target !== undefined) where.push(sql`e.kind = any(${targetCodes(filter.target)}::smallint[])`);
  if (filter.id !== undefined) where.push(await isEvent(ask, filter.id));
  if (filter.actor !== undefined) {
    const [actor] = await ids(ask, LABEL_KINDS.actor, isNamed(filter.actor));
    if (actor === undefined) return undefined;
    where.push(sql`e.actor_id = ${actor}`);
  }
  if (filter.client !== undefined) {
    const agents = await ids(ask, LABEL_KINDS.agent, contains(sql`l.name`, filter.client));
    if (agents.length > MOST_CLIENTS)
      refuse('client', `more than ${MOST_CLIENTS} user agents contain it; write more of one`);
    if (agents.length === 0) return undefined;
    where.push(sql`e.agent_id = any(${agents}::int[])`);
  }
  if (filter.action !== undefined) {
    const action = await actionIs(ask, filter.action);
    if (!action) return undefined;
    where.push(action);
  }
  return where;
}

const targetCodes = (target: NonNullable<EventFilter['target']>): number[] =>
  target === 'image' ? [TARGET_KINDS.manifest, TARGET_KINDS.index] : [TARGET_KINDS[target]];

/** One of the words of the contract, or a sender's own name of an event. */
async function actionIs(ask: Ask, action: string): Promise<Condition | undefined> {
  if (Object.hasOwn(ACTION_CODES, action)) {
    const code = ACTION_CODES[action as keyof typeof ACTION_CODES];
    // Says what the index of rare actions is for.
    return code === ACTION_CODES.pull ? sql`e.action = 0` : sql`e.action = ${code} and e.action <> 0`;
  }
  const [native] = await ids(ask, LABEL_KINDS.nativeType, isNamed(action));
  return native === undefined ? undefined : sql`e.native_type_id = ${native}`;
}

/** Whichever of address and network has events, since PostgreSQL takes one that has none for as frequent as others. */
async function isFrom(ask: Ask, addr: string): Promise<Condition | undefined> {
  const from = addressOf(addr);
  if ('network' in from) return sql`e.addr <<= ${from.network}::inet`;
  const [address, bits] = from.either;
  const rows = await ask(
    sql<{ addr: string }>`select a.addr from unnest(array[${address}::inet,
        network(set_masklen(${address}::inet, ${bits}::int))::inet]) as a(addr)
      where exists (select 1 from event e where e.addr = a.addr)`,
  );
  const [one, other] = rows.map((row) => row.addr);
  if (one === undefined) return undefined;
  return other === undefined ? sql`e.addr = ${one}::inet` : sql`e.addr in (${one}::inet, ${other}::inet)`;
}

/** By the row's id, which is computed from the source and the event's id. */
async function isEvent(ask: Ask, id: string): Promise<Condition> {
  const sources = await ask(sql<{ name: string }>`select name from source`);
  return sql`e.id = any(${sources.map(({ name }) => rowId(name, id))}::uuid[])`;
}

async function textLanes(
  ask: Ask,
  text: string,
  sourceId: number | undefined,
  reach: Reach,
  signal?: AbortSignal,
): Promise<Lane[]> {
  const lanes: Lane[] = [{ where: [sql`e.tag = ${columnText(text)}`] }];
  const repositories = await newestOf(ask, text, sourceId, reach, signal);
  if (repositories.length > 0)
    lanes.push({ each: { column: 'repository_id', values: repositories }, where: [] });
  const [actor] = await ids(ask, LABEL_KINDS.actor, isNamed(text));
  if (actor !== undefined) lanes.push({ where: [sql`e.actor_id = ${actor}`] });
  const digests = isDigestPart(text) ? await digestsOf(ask, text, signal) : [];
  if (digests.length > 0) lanes.push({ each: { column: 'digest', values: digests }, where: [] });
  return lanes;
}

/**
 * Repositories whose name contains the text, and that can have events on this page. When nothing else is filtered,
 * those are few: the newest event of a repository is at `last_at`, so of the repositories that were last active
 * before the page begins only as many count as it has rows. The others were on the pages before.
 */
async function newestOf(
  ask: Ask,
  text: string,
  sourceId: number | undefined,
  { active, newest, first, limit }: Reach,
  signal?: AbortSignal,
): Promise<number[]> {
  const filter = { text, sourceId };
  if (first === 'oldest' || limit === 0) return repositoryIds(ask, filter, active, signal);
  const before = newest === undefined ? sql`true` : sql`r.last_at < ${newest}::timestamptz`;
  const matching = sql.join([...nameConditions(filter), ...active], sql` and `);
  const rows = await ask(
    sql<{ id: number }>`
      with r as materialized (select r.id, r.last_at from repository r where ${matching})
      select r.id from r where not (${before})
      union all
      (select r.id from r where ${before} order by r.last_at desc fetch first ${limit} rows with ties)`,
    signal,
  );
  return rows.map(({ id }) => id);
}
