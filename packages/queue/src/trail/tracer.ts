/**
 * Finds what happened to an event: in the trail, else among the jobs, whose ids can be computed, else among what
 * could not be read. How things stand is always read from the jobs.
 */
import {
  deliveryId,
  type EventHistory,
  type GapEntry,
  type History,
  type HistoryAnswer,
  type HistoryEntry,
  type HistoryQuery,
} from '@longshore/event';
import { asking } from '../asking.js';
import type { RedisClient } from '../connection.js';
import { endpointsKey } from '../names.js';
import { createQuarantine } from '../operate/quarantine.js';
import { assemble, placesOf } from './assemble.js';
import { mergeGaps } from './gaps.js';
import { type EventEntry, group } from './group.js';
import { iso, type JobNow, jobsAt, type Place } from './jobs.js';
import { openLog, type TrailLog } from './log.js';
import { understand, type Wanted } from './search.js';
import { about, gapsIn, subjectsOf } from './subjects.js';

/** Anything shorter is in every body. */
const SHORTEST_TEXT = 4;

const LIMIT = { usual: 20, most: 100 };

/** One search. */
interface Search {
  client: RedisClient;
  prefix: string;
  log: TrailLog;
  gaps: readonly GapEntry[];
  wanted: Wanted;
  /** Only what concerns it. */
  only?: string;
  limit: number;
}

/** @param sources names of the sources that an event may have come through; ids are computed with them */
export function createTracer(client: RedisClient, prefix: string, sources: () => readonly string[]): History {
  const find = async (query: HistoryQuery): Promise<HistoryAnswer> => {
    const limit = Math.min(Math.max(1, query.limit ?? LIMIT.usual), LIMIT.most);
    const wanted = understand(query.search);
    const log = await openLog(client, prefix);
    const gaps = mergeGaps(await gapsIn(log));
    const search: Search = { client, prefix, log, gaps, wanted, only: query.endpoint, limit };
    let trails = await inTrail(search);
    if (trails.length === 0) trails = await amongJobs(search, sources());
    if (trails.length === 0) trails = await amongUnreadable(search);
    trails.sort((a, b) => newest(b).localeCompare(newest(a)));
    return {
      search: wanted.text,
      understood: wanted.understood,
      trails: trails.slice(0, limit),
      more: trails.length > limit,
      ...(log.since !== undefined && { since: iso(log.since) }),
      gaps: gaps.map(({ since, at, count, why }) => ({ since: iso(since), until: iso(at), count, why })),
    };
  };
  return { find: (query) => asking(client, () => find(query)) };
}

const newest = ({ receivedAt, steps }: EventHistory): string => receivedAt ?? steps[0]?.at ?? '';

async function inTrail(search: Search): Promise<EventHistory[]> {
  const { client, prefix, log, gaps, wanted, only, limit } = search;
  const concerns = (entry: HistoryEntry): boolean => wanted.matches(entry) && isFor(entry, only);
  const entries = await about(log, await subjectsOf(log, wanted.terms, concerns, limit + 1));
  const quarantine = createQuarantine(client, prefix);
  return Promise.all(
    group(entries)
      .filter((own) => own.some(concerns))
      .map(async (own) => {
        const jobs = await jobsAt(client, prefix, await placesFor(search, own));
        const id = own.flatMap((entry) => ('quarantineId' in entry ? entry.quarantineId : []))[0];
        const quarantined = id === undefined ? undefined : await quarantine.get(id);
        return assemble({ entries: own, jobs, quarantined, gaps }, only);
      }),
  );
}

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

async function amongUnreadable({
  client,
  prefix,
  log,
  wanted,
  only,
  limit,
}: Search): Promise<EventHistory[]> {
  if (only !== undefined || wanted.text.length < SHORTEST_TEXT) return [];
  const quarantine = createQuarantine(client, prefix);
  const byId = wanted.isId ? await quarantine.get(wanted.text) : undefined;
  const found = byId ? [byId] : await quarantine.holding(wanted.inBodies, limit + 1);
  const ids = new Set(found.map(({ id }) => id));
  const entries = await about(log, { events: new Set(), deliveries: new Set(), quarantined: ids });
  const groups = group(entries);
  return found.map((quarantined) => {
    const own = groups.find(
      ([first]) => first && 'quarantineId' in first && first.quarantineId === quarantined.id,
    );
    return assemble({ entries: own ?? [], jobs: [], quarantined, gaps: [] });
  });
}
