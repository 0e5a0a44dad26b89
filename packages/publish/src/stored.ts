/** What became of the deliveries of some events, by event and in sum. */
import type { EnqueuedDelivery } from '@longshore/queue/producer';
import type { EventPlan } from './routes.js';

/** The counts of a publish. In deliveries, accepted × endpoints is the sum of all the others. */
export interface Published {
  /** Events taken. */
  accepted: number;
  /** Deliveries that are durable now. */
  enqueued: number;
  /** Deliveries that were durable before. */
  duplicates: number;
  /** Deliveries that were not made because the endpoint's rules ignore the event. */
  ignored: number;
  /** Deliveries that were not made because another one has the same fact; absent for none. */
  collapsed?: number;
  /** Deliveries that Redis refused; absent for none. Only in the record of a publish that is refused in part. */
  missing?: number;
}

/** One event with what became of its deliveries; those that Redis refused are not in `enqueued`. */
export interface StoredEvent extends EventPlan {
  enqueued: EnqueuedDelivery[];
}

/** See the header. */
export interface Stored {
  events: StoredEvent[];
  counts: Published;
}

/** Of a publish that was refused in part, the events of which at least one delivery has an answer. */
export function storedOf(plans: readonly EventPlan[], enqueued: readonly EnqueuedDelivery[]): Stored {
  const results = new Map(enqueued.map((one) => [one.delivery, one]));
  const all = plans.map((plan): StoredEvent => {
    const own = plan.planned.map((delivery) => results.get(delivery)).filter((one) => one !== undefined);
    return { ...plan, enqueued: own };
  });
  const planned = sum(all, (plan) => plan.planned);
  const events = planned > enqueued.length ? all.filter((plan) => plan.enqueued.length > 0) : all;
  const missing = sum(events, (plan) => plan.planned) - enqueued.length;
  const collapsed = enqueued.filter(({ collapsedInto }) => collapsedInto !== undefined).length;
  const duplicates = enqueued.filter(({ duplicate }) => duplicate).length;
  return {
    events,
    counts: {
      accepted: events.length,
      enqueued: enqueued.length - duplicates - collapsed,
      duplicates,
      ignored: sum(events, (plan) => plan.ignored),
      ...(collapsed > 0 && { collapsed }),
      ...(missing > 0 && { missing }),
    },
  };
}

/** What an add superseded: older deliveries about the same tag, or the delivery itself by a newer one. */
export function supersededIn({ delivery, superseded = [], supersededBy }: EnqueuedDelivery) {
  const { id, eventId } = delivery;
  const older = superseded.map((one) => ({ ...one, by: supersededBy ?? id }));
  return supersededBy === undefined ? older : [...older, { deliveryId: id, eventId, by: supersededBy }];
}

const sum = (events: readonly StoredEvent[], of: (event: StoredEvent) => readonly unknown[]): number =>
  events.reduce((total, event) => total + of(event).length, 0);
