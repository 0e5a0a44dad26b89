/** Between comparisons: restarts of registries, and their counters. What they show is compared at once. */
import { type ReconcileStore, SECOND_LOOK_MS } from '@longshore/archive/reconcile';
import type { RegistrySettings } from '@longshore/config';
import { plural } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import type { ReceivedReader, ReconcileMemory } from '@longshore/queue/reconcile';
import { lookAtCounters } from './counters/look.js';
import type { OnItsWay } from './on-its-way.js';
import { restartsIn } from './restarts.js';

/** What is looked at, and where it is noted. */
export interface WatchParts {
  store: Pick<ReconcileStore, 'sourceId' | 'doubt'>;
  memory: ReconcileMemory;
  received: ReceivedReader;
  onItsWay: Pick<OnItsWay, 'isSpooled'>;
  observer: Observer;
  version: string;
  signal: AbortSignal;
  /** For the debug addresses. Throws LongshoreError SECRET_MISSING. */
  open(): typeof fetch;
  /** As of `CounterParts`. */
  settle?: number;
}

/** A source, and the kind that it has in the archive. */
export interface WatchedSource {
  settings: RegistrySettings;
  kind: string;
}

/** Times are epoch milliseconds. */
interface Suspicion {
  since: number;
  until: number;
  note: string;
}

const NOT_COMPARED = 'not compared yet';
const LOG_INTERVAL_MS = 600_000;

/** Processes of the registry that are new. Rejects with LongshoreError ARCHIVE_UNAVAILABLE, QUEUE_UNAVAILABLE. */
export async function watchRestarts(parts: WatchParts, source: WatchedSource): Promise<void> {
  const { received, memory, observer } = parts;
  const { source: name } = source.settings;
  const { senders } = await received.read(name);
  const fresh = senders.filter(({ known }) => !known);
  if (fresh.length === 0) return;
  for (const { since, until, pending } of restartsIn(senders, await memory.counters(name))) {
    observer.log.warn(
      { source: name, since: iso(since), until: iso(until), pending },
      'a registry restarted; it is compared with the archive',
    );
    await suspect(parts, source, { since, until, note: `${restartWords(pending)}; ${NOT_COMPARED}` });
  }
  // Last: a process that is killed before finds it again.
  await received.note(
    name,
    fresh.map(({ id }) => id),
  );
}

/** Counters beside what was received. Rejects as {@link watchRestarts} does, and when the signal comes. */
export async function watchCounters(parts: WatchParts, source: WatchedSource): Promise<void> {
  const { memory, received, observer, signal, open, version, settle } = parts;
  const { settings } = source;
  const { state, restarted, lost } = await lookAtCounters({
    ...{ settings, memory, received, isSpooled: parts.onItsWay.isSpooled, open, signal },
    ...{ userAgent: `longshore/${version}`, ...(settle !== undefined && { settle }) },
  });
  const { source: name } = settings;
  if (restarted) {
    const note = `${restartWords(restarted.pending)}; ${NOT_COMPARED}`;
    await suspect(parts, source, { ...restarted, note });
  }
  if (lost) {
    const { events, since, until } = lost;
    const fields = { source: name, events, since: iso(since), until: iso(until) };
    observer.log.warn(
      fields,
      'a registry counts events that did not arrive; it is compared with the archive',
    );
    observer.countedLost(name, events);
    const note = `the registry counts ${plural(events, 'event')} that did not arrive; ${NOT_COMPARED}`;
    await suspect(parts, source, { since, until, note });
  }
  if (state.trouble !== undefined)
    observer
      .throttledLog(`counters ${name}`, LOG_INTERVAL_MS)
      .warn({ source: name, reason: state.trouble }, 'the counters of a registry could not be used');
}

/**
 * Its time is in doubt until it is compared, which is due now; but a comparison makes events of its own, whose loss must
 * not cause the next one at once.
 */
async function suspect(
  parts: WatchParts,
  source: WatchedSource,
  { since, until, note }: Suspicion,
): Promise<void> {
  const { store, memory } = parts;
  const { source: name } = source.settings;
  const id = await store.sourceId(name, source.kind);
  await store.doubt(id, { since: iso(since), until: iso(until), verdict: 'unknown', note });
  const due = (await memory.due(name)) ?? { ranAt: 0, failures: 0 };
  const againAt = Math.max(Date.now(), due.ranAt + SECOND_LOOK_MS);
  await memory.setDue(name, { ...due, againAt: Math.min(againAt, due.againAt ?? againAt) });
}

function restartWords(pending: number | undefined): string {
  const lost =
    pending === undefined
      ? 'what it had not sent then is lost'
      : pending === 0
        ? 'nothing was in its queue at the last look'
        : `up to ${plural(pending, 'event')} were lost with its queue`;
  return `the registry restarted, and ${lost}`;
}

const iso = (at: number): string => new Date(at).toISOString();
