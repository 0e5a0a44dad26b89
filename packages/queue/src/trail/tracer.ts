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
  type HistoryGap,
  type HistoryQuery,
} from '@longshore/event';
import { isReady, type RedisClient } from '../connection.js';
import { endpointsKey } from '../names.js';
import { notConnected, refusal } from '../refusal.js';
import { assemble, placesOf } from './assemble.js';
import { type EventEntry, group } from './group.js';
import { existing, iso, type JobNow, type Place, readJob } from './jobs.js';
import { openLog, type TrailLog } from './log.js';
import { readQuarantined, searchQuarantine } from './quarantined.js';
import { understand, type Wanted } from './search.js';
import { about, subjectsOf } from './subjects.js';

interface Limited {
  endpoint?: string;
  limit: number;
}

/** Anything shorter is in every body. */
const SHORTEST_TEXT = 4;

const LIMIT = { usual: 20, most: 100 };

/** @param sources names of the sources that an event may have come through; ids are computed with them */
export function createTracer(client: RedisClient, prefix: string, sources: () => readonly string[]): History {
  const endpoints = () => client.smembers(endpointsKey(prefix));
  const jobsAt = async (places: readonly Place[]): Promise<JobNow[]> => {
    const there = await existing(client, prefix, places);
    const jobs = await Promise.all(there.map((place) => readJob(client, prefix, place)));
    return jobs.filter((job) => job !== undefined);
  };

  /** Without a receipt it is not known which deliveries were planned. */
  const placesFor = async (entries: readonly EventEntry[]): Promise<Place[]> => {
    const places = placesOf(entries);
    if (entries.some(({ step }) => step === 'received')) return places;
    const { eventId, source } = entries.find((entry) => 'deliveryId' in entry) ?? {};
    if (eventId === undefined || source === undefined) return places;
    const seen = new Set(places.map((place) => place.deliveryId));
    const others = (await endpoints()).map((endpoint) => ({
      endpoint,
      deliveryId: deliveryId({ endpoint, source, eventId }),
    }));
    return [...places, ...others.filter((place) => !seen.has(place.deliveryId))];
  };

  const inTrail = async (
    log: TrailLog,
    gaps: readonly GapEntry[],
    wanted: Wanted,
    query: Limited,
  ): Promise<EventHistory[]> => {
    const concerns = (entry: HistoryEntry): boolean => wanted.matches(entry) && isFor(entry, query.endpoint);
    const entries = await about(log, await subjectsOf(log, wanted.terms, concerns, query.limit + 1));
    const groups = group(entries).filter((one) => one.entries.some(concerns));
    return Promise.all(
      groups.map(async (one) => {
        const jobs = await jobsAt(await placesFor(one.entries));
        const ids = one.entries.flatMap((entry) => ('quarantineId' in entry ? [entry.quarantineId] : []));
        const [quarantined] = await readQuarantined(client, prefix, ids.slice(0, 1));
        return assemble({ entries: one.entries, jobs, quarantined, gaps }, query.endpoint);
      }),
    );
  };

  /** The entries are too old or were thrown away. By its ids an event is found all the same. */
  const amongJobs = async ({ text, isId }: Wanted, { endpoint: only }: Limited): Promise<EventHistory[]> => {
    const names = only === undefined ? await endpoints() : [only];
    const ids = (endpoint: string): string[] => [
      ...sources().map((source) => deliveryId({ endpoint, source, eventId: text })),
      ...(isId ? [text] : []),
    ];
    const places = names.flatMap((endpoint) => ids(endpoint).map((id) => ({ endpoint, deliveryId: id })));
    const jobs = await jobsAt(places);
    return sameEvent(jobs).map((own) => assemble({ entries: [], jobs: own, gaps: [] }));
  };

  const amongUnreadable = async (
    log: TrailLog,
    { text, isId, inBodies }: Wanted,
    { limit, endpoint }: Limited,
  ): Promise<EventHistory[]> => {
    if (endpoint !== undefined || text.length < SHORTEST_TEXT) return [];
    const byId = isId ? await readQuarantined(client, prefix, [text]) : [];
    const search = { text: inBodies, limit: limit + 1 };
    const found = byId.length > 0 ? byId : await searchQuarantine(client, prefix, search);
    const [events, deliveries] = [new Set<string>(), new Set<string>()];
    const entries = await about(log, { events, deliveries, quarantined: new Set(found.map(({ id }) => id)) });
    return found.map((quarantined) => {
      const own = group(
        entries.filter((entry) => 'quarantineId' in entry && entry.quarantineId === quarantined.id),
      );
      return assemble({ entries: own[0]?.entries ?? [], jobs: [], quarantined, gaps: [] });
    });
  };

  const find = async (query: HistoryQuery): Promise<HistoryAnswer> => {
    const limit = Math.min(Math.max(1, query.limit ?? LIMIT.usual), LIMIT.most);
    const limited = { endpoint: query.endpoint, limit };
    const wanted = understand(query.search);
    const log = await openLog(client, prefix);
    const gaps = await log.gaps();
    let trails = await inTrail(log, gaps, wanted, limited);
    if (trails.length === 0) trails = await amongJobs(wanted, limited);
    if (trails.length === 0) trails = await amongUnreadable(log, wanted, limited);
    trails.sort((a, b) => newest(b).localeCompare(newest(a)));
    return {
      search: wanted.text,
      understood: wanted.understood,
      trails: trails.slice(0, limit),
      more: trails.length > limit,
      ...(log.since !== undefined && { since: iso(log.since) }),
      gaps: gaps.map(asGap),
    };
  };

  return {
    async find(query) {
      if (!isReady(client)) throw notConnected(client);
      try {
        return await find(query);
      } catch (error) {
        throw refusal(error, client);
      }
    },
  };
}

/** Whether an entry concerns the endpoint, where one is asked for. */
function isFor(entry: HistoryEntry, endpoint: string | undefined): boolean {
  if (endpoint === undefined) return true;
  if (entry.step === 'received')
    return [...entry.planned, ...entry.ignored].some((one) => one.endpoint === endpoint);
  return 'endpoint' in entry && entry.endpoint === endpoint;
}

const newest = ({ receivedAt, steps }: EventHistory): string => receivedAt ?? steps[0]?.at ?? '';

const asGap = ({ since, at, count, why }: GapEntry): HistoryGap => ({
  since: iso(since),
  until: iso(at),
  count,
  why,
});

/** One event per source. */
function sameEvent(jobs: readonly JobNow[]): JobNow[][] {
  const events = new Map<string, JobNow[]>();
  for (const job of jobs) {
    const { delivery, now } = job;
    const key = delivery ? JSON.stringify([delivery.source, delivery.eventId]) : now.id;
    events.set(key, [...(events.get(key) ?? []), job]);
  }
  return [...events.values()];
}
