/**
 * What happens to events on their way in, in order: plan, room, enqueue, history, record. Events of a registry, of the
 * spool and of quarantine, and those that Longshore makes itself, all come through here.
 *
 * Resolves only once every delivery is durable in Redis. What Redis had stored of an enqueue that it then refused is
 * recorded before the refusal is thrown: it is delivered, so it counts as enqueued.
 */
import type { HistoryWriter, TakenEvent } from '@longshore/event';
import { EnqueueRefused, type Producer } from '@longshore/queue/producer';
import type { PublishContext } from './context.js';
import { noteReceived } from './history.js';
import { type PublishObserver, recordReceived } from './record.js';
import { assertRoom, type Room } from './room.js';
import { producerSpans } from './spans.js';
import { type Published, storedOf } from './stored.js';

export type { Published } from './stored.js';

/** What events pass through, in that order, and where they are recorded. */
export interface PublishParts {
  /** Absent for events that Longshore makes itself: a result or an alert is not refused because Redis fills up. */
  room?: Room;
  producer: Pick<Producer, 'enqueue' | 'bodies'>;
  history: HistoryWriter;
  observer: PublishObserver;
}

/**
 * See the header.
 * @throws EnqueueRefused or another LongshoreError with a code of `QUEUE_…`: at least one delivery is not durable
 */
export type Publish = (events: readonly TakenEvent[], context: PublishContext) => Promise<Published>;

/** Bytes that a delivery takes in Redis beside the body of its event. */
const OVERHEAD_BYTES = 1_024;

/** See the header. */
export function createPublish({ room, producer, history, observer }: PublishParts): Publish {
  return async (events, context) => {
    const { routes, bytes, beside = 0 } = context;
    const plans = events.map((taken) => routes.plan(taken));
    const planned = plans.flatMap((plan) => plan.planned);

    const bodies = plans.reduce((sum, plan) => sum + producer.bodies(plan.planned.length), 0);
    const bodyBytes = ((bytes ?? 0) * bodies) / Math.max(1, events.length);
    if (room) assertRoom(bodyBytes + planned.length * OVERHEAD_BYTES + beside, room);

    const spans = producerSpans(planned);
    const enqueued = await producer
      .enqueue(planned, bytes === undefined ? {} : { bytes })
      .finally(() => spans.end())
      .catch((error: unknown) => {
        if (error instanceof EnqueueRefused && error.enqueued.some(({ duplicate }) => !duplicate)) {
          const stored = storedOf(plans, error.enqueued);
          noteReceived(history, stored, context);
          recordReceived(observer, stored, context);
        }
        throw error;
      });

    const stored = storedOf(plans, enqueued);
    noteReceived(history, stored, context);
    if (events.length > 0 || beside === 0) recordReceived(observer, stored, context);
    return stored.counts;
  };
}
