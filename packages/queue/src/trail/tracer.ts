/**
 * Finds what happened to an event: in the trail and the archive, else among the jobs, whose ids can be computed, else among what
 * could not be read. How things stand is always read from the jobs.
 */
import {
  type AttemptedEntry,
  deliveryId,
  type EventHistory,
  type GapEntry,
  type History,
  type HistoryAnswer,
  type HistoryEntry,
  type HistoryLog,
  type HistoryQuery,
  type HistoryStore,
  LongshoreError,
  PULL_ACTIONS,
  type ReceivedEntry,
} from '@longshore/event';
import { asking } from '../asking.js';
import type { RedisClient } from '../connection.js';
import { endpointsKey } from '../names.js';
import { createQuarantine } from '../operate/quarantine.js';
import { assemble, placesOf } from './assemble.js';
import { mergeGaps } from './gaps.js';
import { type EventEntry, group } from './group.js';
import { iso, type JobNow, jobsAt, type Place } from './jobs.js';
import { openLog } from './log.js';
import { recentIn } from './recent.js';
import { understand, type Wanted } from './search.js';
import { about, distinct, gapsIn, inEither, subjectsOf } from './subjects.js';

/** Anything shorter is in every body. */
const SHORTEST_TEXT = 4;

const LIMIT = { usual: 20, most: 1_000 };

const PULLS: ReadonlySet<string> = new Set(['pull', ...PULL_ACTIONS]);

/** One search. */
interface Search {
  client: RedisClient;
  prefix: string;
  logs: readonly HistoryLog[];
  gaps: readonly GapEntry[];
  wanted: Wanted;
  /** Only what concerns it. */
  only?: string;
  /** Without pulls. */
  changes?: boolean;
  limit: number;
}

/** Where entries and jobs are. */
export interface TracerParts {
  client: RedisClient;
  prefix: string;
  /** Names of the sources that an event may have come through; ids are computed with them. */
  sources(): readonly string[];
  /** Has what the trail has no longer. */
  archive?: HistoryStore;
}

/** See the header. */
export function createTracer(parts: TracerParts): History {
  const { client, prefix, sources, archive } = parts;

  const answer = async (query: HistoryQuery, logs: readonly HistoryLog[]): Promise<HistoryAnswer> => {
    const limit = Math.min(Math.max(1, query.limit ?? LIMIT.usual), LIMIT.most);
    const wanted = understand(query.search);
    const gaps = mergeGaps(distinct((await Promise.all(logs.map(gapsIn))).flat()));
    const { endpoint: only, changes } = query;
    const search: Search = { client, prefix, logs, gaps, wanted, only, changes, limit };
    let trails = await inLogs(search);
    if (trails.length === 0) trails = await amongJobs(search, sources());
    if (trails.length === 0) trails = await amongUnreadable(search);
    trails.sort((a, b) => newest(b).localeCompare(newest(a)));
    const since = oldestOf(logs);
    return {
      search: wanted.text,
      understood: wanted.understood,
      trails: trails.slice(0, limit),
      more: trails.length > limit,
      ...(since !== undefined && { since: iso(since) }),
      gaps: gaps.map(({ since: from, at, count, why }) => ({ since: iso(from), until: iso(at), count, why })),
    };
  };

  /** The archive first: what is copied meanwhile is then in both, and never in neither. */
  const open = async (): Promise<HistoryLog[]> => {
    const kept = await archive?.open();
    const trail = await openLog(client, prefix, kept?.copied);
    return kept ? [trail, kept] : [trail];
  };

  const find = async (query: HistoryQuery): Promise<HistoryAnswer> => {
    try {
      return await answer(query, await open());
    } catch (error) {
      if (!isArchiveAway(error)) throw error;
      return { ...(await answer(query, [await openLog(client, prefix)])), unavailable: error.message };
    }
  };

  return {
    find: (query) => asking(client, () => find(query)),
    delivered: (ids) =>
      asking(client, async () => {
        const wanted = new Set(ids);
        const found = new Set<string>();
        for (const log of ids.length > 0 ? await open() : []) {
          for await (const entries of log.having({ deliveries: ids })) {
            for (const entry of entries) if (isDelivery(entry, wanted)) found.add(entry.deliveryId);
          }
        }
        return found;
      }),
    recent: (paging) => asking(client, () => recentIn(client, prefix, paging)),
    latest: (limit) => asking(client, () => latest(client, prefix, limit)),
    since: () => asking(client, async () => oldestOf(await open())),
  };
}

async function latest(client: RedisClient, prefix: string, limit: number): Promise<ReceivedEntry[]> {
  const found = new Map<string, ReceivedEntry>();
  for await (const entries of (await openLog(client, prefix)).newest()) {
    for (const entry of entries.toReversed()) {
      if (entry.step !== 'received') continue;
      const key = JSON.stringify([entry.source, entry.dedupe ?? entry.eventId]);
      if (!found.has(key)) found.set(key, entry);
      if (found.size >= limit) return [...found.values()];
    }
  }
  return [...found.values()];
}

const isArchiveAway = (error: unknown): error is LongshoreError =>
  error instanceof LongshoreError && error.code === 'ARCHIVE_UNAVAILABLE';

const isDelivery = (entry: HistoryEntry, wanted: ReadonlySet<string>): entry is AttemptedEntry =>
  entry.step === 'attempted' && entry.outcome === 'delivered' && wanted.has(entry.deliveryId);

function oldestOf(logs: readonly HistoryLog[]): number | undefined {
  const known = logs.flatMap(({ since }) => since ?? []);
  return known.length > 0 ? Math.min(...known) : undefined;
}

const newest = ({ receivedAt, steps }: EventHistory): string => receivedAt ?? steps[0]?.at ?? '';

async function inLogs(search: Search): Promise<EventHistory[]> {
  const { client, prefix, logs, gaps, wanted, only, changes, limit } = search;
  const concerns = (entry: HistoryEntry): boolean =>
    wanted.matches(entry) && isFor(entry, only) && !(changes && isPull(entry));
  const found = await Promise.all(logs.map((log) => subjectsOf(log, wanted.terms, concerns, limit + 1)));
  const subjects = found.reduce(inEither);
  const entries = distinct((await Promise.all(logs.map((log) => about(log, subjects)))).flat());
  const quarantine = createQuarantine(client, prefix);
  const groups = group(entries)
    .filter((own) => own.some(concerns))
    .sort((a, b) => (b[0]?.at ?? 0) - (a[0]?.at ?? 0));
  return Promise.all(
    groups.slice(0, limit + 1).map(async (own) => {
      const jobs = await jobsAt(client, prefix, await placesFor(search, own));
      const id = own.flatMap((entry) => ('quarantineId' in entry ? entry.quarantineId : []))[0];
      const quarantined = id === undefined ? undefined : await quarantine.get(id);
      return assemble({ entries: own, jobs, quarantined, gaps }, only);
    }),
  );
}

const isPull = (entry: HistoryEntry): boolean =>
  'view' in entry && entry.view !== undefined && PULLS.has(entry.view.action);

/** Whether an entry concerns the endpoint, where one is asked for. */
function isFor(entry: HistoryEntry, endpoint: string | undefined): boolean {
  if (endpoint === undefined) return true;
  if (entry.step === 'received')
    return [...entry.planned, ...entry.ignored].some((one) => one.endpoint === endpoint);
  return 'endpoint' in entry && entry.endpoint === endpoint;
}

/** Without a receipt it is not known which deliveries were planned, so each endpoint is asked for its own. */
async function placesFor({ client, prefix }: Search, entries: readonly EventEntry[]): Promise<Place[]> {
  const places = placesOf(entries);
  const { eventId, source } = entries.find((entry) => 'deliveryId' in entry) ?? {};
  if (eventId === undefined || source === undefined || entries.some(({ step }) => step === 'received'))
    return places;
  const endpoints = await client.smembers(endpointsKey(prefix));
  const own = (endpoint: string) => ({ endpoint, deliveryId: deliveryId({ endpoint, source, eventId }) });
  return [...places, ...endpoints.map(own)];
}

/** The entries are too old or were thrown away. By its ids an event is found all the same, one for each source. */
async function amongJobs(search: Search, sources: readonly string[]): Promise<EventHistory[]> {
  const { client, prefix, wanted, only } = search;
  const { text: eventId, isId } = wanted;
  const endpoints = only === undefined ? await client.smembers(endpointsKey(prefix)) : [only];
  const places = endpoints.flatMap((endpoint) => [
    ...sources.map((source) => ({ endpoint, deliveryId: deliveryId({ endpoint, source, eventId }) })),
    ...(isId ? [{ endpoint, deliveryId: eventId }] : []),
  ]);
  const events = new Map<string, JobNow[]>();
  for (const job of await jobsAt(client, prefix, places)) {
    const { delivery, now } = job;
    const key = delivery ? JSON.stringify([delivery.source, delivery.eventId]) : now.id;
    events.set(key, [...(events.get(key) ?? []), job]);
  }
  return Array.from(events.values(), (jobs) => assemble({ entries: [], jobs, gaps: [] }));
}

async function amongUnreadable(search: Search): Promise<EventHistory[]> {
  const { client, prefix, logs, wanted, only, limit } = search;
  if (only !== undefined || wanted.text.length < SHORTEST_TEXT) return [];
  const quarantine = createQuarantine(client, prefix);
  const byId = wanted.isId ? await quarantine.get(wanted.text) : undefined;
  const found = byId ? [byId] : await quarantine.holding(wanted.inBodies, limit + 1);
  const ids = new Set(found.map(({ id }) => id));
  const subjects = { events: new Set<string>(), deliveries: new Set<string>(), quarantined: ids };
  const groups = group(distinct((await Promise.all(logs.map((log) => about(log, subjects)))).flat()));
  return found.map((quarantined) => {
    const own = groups.find(
      ([first]) => first && 'quarantineId' in first && first.quarantineId === quarantined.id,
    );
    return assemble({ entries: own ?? [], jobs: [], quarantined, gaps: [] });
  });
}
