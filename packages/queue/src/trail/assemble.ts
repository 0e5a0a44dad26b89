/** One event as it is shown: what its entries say, and what its jobs say, which know better how it stands. Pure. */
import type { DeliveryState, EventHistory, GapEntry, HistoryDelivery, HistoryStep } from '@longshore/event';
import type { Quarantined } from '../operate/quarantine.js';
import type { EventEntry } from './group.js';
import { iso, type JobNow, type Place } from './jobs.js';

/** All that is known of one event. */
export interface Known {
  /** In order. */
  entries: readonly EventEntry[];
  /** Of its deliveries, those that have a job. */
  jobs: readonly JobNow[];
  quarantined?: Quarantined;
  gaps: readonly GapEntry[];
}

/** @param endpoint only what concerns it */
export function assemble(known: Known, endpoint?: string): EventHistory {
  const entries =
    endpoint === undefined ? known.entries : known.entries.flatMap((entry) => only(entry, endpoint));
  const jobs = known.jobs.filter(({ now }) => endpoint === undefined || now.endpoint === endpoint);
  const deliveries = placesOf(entries, jobs).map(
    (place) => jobs.find(({ now }) => now.id === place.deliveryId)?.now ?? fromEntries(place, entries),
  );
  return {
    ...subjectOf({ ...known, entries, jobs }),
    deliveries,
    steps: entries.map(asStep),
    incomplete: isIncomplete(entries, deliveries, known.gaps),
  };
}

/** Places of the deliveries that entries tell of, in the order in which they were planned. */
export function placesOf(entries: readonly EventEntry[], jobs: readonly JobNow[] = []): Place[] {
  const places = new Map<string, Place>();
  const add = ({ endpoint, deliveryId }: Place) => places.set(deliveryId, { endpoint, deliveryId });
  for (const entry of entries) {
    if (entry.step === 'received') entry.planned.forEach(add);
    else if ('deliveryId' in entry) add(entry);
  }
  for (const { now } of jobs) add({ endpoint: now.endpoint, deliveryId: now.id });
  return [...places.values()];
}

function only(entry: EventEntry, endpoint: string): EventEntry[] {
  if (entry.step !== 'received') return 'endpoint' in entry && entry.endpoint !== endpoint ? [] : [entry];
  const isIt = (one: { endpoint: string }): boolean => one.endpoint === endpoint;
  return [{ ...entry, planned: entry.planned.filter(isIt), ignored: entry.ignored.filter(isIt) }];
}

/** What it is about. A receipt knows best; without one a job, what is kept in quarantine, or any entry says. */
function subjectOf({ entries, jobs, quarantined: kept }: Known): Partial<EventHistory> {
  const received = entries.find((entry) => entry.step === 'received');
  const viewed = entries.filter((entry) => entry.step === 'attempted').find(({ view }) => view);
  const unread = entries.findLast((entry) => entry.step === 'quarantined');
  const named = entries.filter((entry) => 'deliveryId' in entry).find(({ eventId }) => eventId);
  const { delivery } = jobs.find((job) => job.delivery) ?? {};
  const at = unread?.at ?? kept?.receivedAt ?? received?.at ?? delivery?.receivedAt;
  const id = kept?.id ?? unread?.quarantineId;
  const { reason = '', bytes = 0 } = kept ?? unread ?? {};
  const origin = received ?? delivery ?? kept ?? unread;
  return {
    eventId: (received ?? delivery ?? named)?.eventId,
    source: (origin ?? named)?.source,
    kind: origin?.kind,
    nativeType: (received ?? delivery)?.nativeType,
    ...(received ?? delivery ?? viewed)?.view,
    ...(at !== undefined && { receivedAt: iso(at) }),
    ...(id !== undefined && { quarantine: { id, reason, bytes, kept: kept !== undefined } }),
  };
}

/** Its job is gone: retention took it, or an operator. */
function fromEntries({ endpoint, deliveryId }: Place, entries: readonly EventEntry[]): HistoryDelivery {
  const own = entries.filter((entry) => 'deliveryId' in entry && entry.deliveryId === deliveryId);
  const last = own.at(-1);
  const state = last ? endOf(last) : 'unknown';
  return {
    id: deliveryId,
    endpoint,
    state,
    attempts: attemptsIn(own),
    ...(last && state !== 'unknown' && { settledAt: iso(last.at) }),
    ...(last?.step === 'settled' && last.supersededBy && { supersededBy: last.supersededBy }),
  };
}

function endOf(entry: EventEntry): DeliveryState {
  if (entry.step === 'settled' && entry.outcome !== 'dead') return entry.outcome;
  return entry.step === 'attempted' && entry.outcome === 'delivered' ? 'delivered' : 'unknown';
}

/** Numbers, because an attempt whose worker died has the same number again. */
function attemptsIn(own: readonly EventEntry[]): number {
  const since = own.findLastIndex(({ step }) => step === 'retried') + 1;
  return own
    .slice(since)
    .reduce((most, entry) => (entry.step === 'attempted' ? Math.max(most, entry.attempt) : most), 0);
}

function isIncomplete(
  entries: readonly EventEntry[],
  deliveries: readonly HistoryDelivery[],
  gaps: readonly GapEntry[],
): boolean {
  const first = entries[0];
  const begins = entries.some(({ step }) => step === 'received' || step === 'quarantined');
  if (!first || !begins) return true;
  const open = deliveries.some(({ settledAt }) => settledAt === undefined);
  const end = open ? Number.POSITIVE_INFINITY : (entries.at(-1)?.at ?? first.at);
  if (gaps.some(({ since, at }) => since <= end && at >= first.at)) return true;
  return deliveries.some(({ id, attempts, state }) => {
    const own = entries.filter((entry) => 'deliveryId' in entry && entry.deliveryId === id);
    return state === 'unknown' || attemptsIn(own) < attempts;
  });
}

/** An entry for people: its times in ISO 8601. */
function asStep(entry: EventEntry): HistoryStep {
  const at = iso(entry.at);
  if (entry.step === 'received') {
    const { takenAt, ...rest } = entry;
    return { ...rest, at, ...(takenAt !== undefined && { takenAt: iso(takenAt) }) };
  }
  if (entry.step !== 'attempted') return { ...entry, at };
  const { retryAt, ...rest } = entry;
  return { ...rest, at, ...(retryAt !== undefined && { retryAt: iso(retryAt) }) };
}
