/**
 * What is to be done with archived events at one endpoint: enqueued, retried, or left because it has them, has them
 * waiting, ignores them, or their body is not kept.
 */
import type { ReplayCounts, ReplayedEvent } from '@longshore/archive/replay';
import { type Delivery, deliveryOf, type History, type TakenEvent } from '@longshore/event';
import type { Deliveries } from '@longshore/queue/deliveries';
import type { Router } from '@longshore/routing';
import { zero } from './counts.js';

/** How the present state of an endpoint is known. */
export interface SortParts {
  endpoint: string;
  /** The endpoint's present rules. */
  router: Router;
  deliveries: Pick<Deliveries, 'states'>;
  history: Pick<History, 'delivered'>;
  /** Of a forced replay: it makes the ids, and nothing is known of them but by the queue. */
  force?: string;
}

/** Events by what is to be done. */
export interface Sorted {
  /** To be published. */
  publish: { taken: TakenEvent; bytes: number }[];
  /** Ids of dead deliveries. */
  dead: string[];
  counts: ReplayCounts;
}

interface Wanted {
  delivery: Delivery;
  taken: TakenEvent;
  bytes: number;
}

/** Rejects with LongshoreError QUEUE_UNAVAILABLE, ARCHIVE_UNAVAILABLE. */
export async function sortEvents(events: readonly ReplayedEvent[], parts: SortParts): Promise<Sorted> {
  const { endpoint, router, deliveries, history, force } = parts;
  const counts = { ...zero(), events: events.length };
  const wanted: Wanted[] = [];
  for (const { taken: archived, bytes } of events) {
    const taken = archived && (force === undefined ? archived : forced(archived, force));
    if (!taken) counts.unreadable++;
    else if (router.plan(taken).endpoints.length === 0) counts.ignored++;
    else wanted.push({ taken, bytes, delivery: deliveryOf(taken, endpoint) });
  }
  const states = await deliveries.states(
    endpoint,
    wanted.map(({ delivery }) => delivery.id),
  );
  const unknown = wanted.filter(({ delivery }) => !states.has(delivery.id));
  const ids = unknown.map(({ delivery }) => delivery.id);
  const delivered = force === undefined ? await history.delivered(ids) : new Set<string>();
  const sorted: Sorted = { publish: [], dead: [], counts };
  for (const { taken, bytes, delivery } of wanted) {
    const state = states.get(delivery.id) ?? (delivered.has(delivery.id) ? 'delivered' : undefined);
    if (state === undefined) sorted.publish.push({ taken, bytes });
    else if (state === 'dead') sorted.dead.push(delivery.id);
    else if (state === 'delivered') counts.had++;
    else counts.waiting++;
  }
  return sorted;
}

/** The same event with another key, which the run makes: the same in each attempt to continue it. */
const forced = (taken: TakenEvent, run: string): TakenEvent => ({
  ...taken,
  dedupe: `replay ${run} ${taken.dedupe ?? taken.event.id}`,
});
