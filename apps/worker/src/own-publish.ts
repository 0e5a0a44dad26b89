/**
 * Publishes the events that Longshore makes itself: results of preheats, and alerts. They take the same way as the
 * events of a registry, but room in Redis is not asked for: an alert about a full Redis must not be refused by it.
 */
import type { TakenEvent } from '@longshore/event';
import { createPublish, type Published, type PublishObserver, type Routes } from '@longshore/publish';
import type { RedisClient } from '@longshore/queue';
import { createProducer } from '@longshore/queue/producer';
import type { TrailWriter } from '@longshore/queue/trail';

/** Name and kind of the source of these events. */
export const OWN_SOURCE = 'longshore';

/** See the header. */
export interface OwnPublish {
  /**
   * Resolves when each delivery of the event is durable.
   * @throws LongshoreError QUEUE_UNAVAILABLE, QUEUE_FULL; the same event again completes what is missing
   */
  publish(taken: TakenEvent, routes: Routes): Promise<Published>;
  close(): Promise<void>;
}

/** Where deliveries go, and where they are recorded. */
export interface OwnPublishParts {
  /** Fails fast. It is the caller’s to close. */
  client: RedisClient;
  prefix: string;
  observer: PublishObserver;
  trail: Pick<TrailWriter, 'note'>;
}

/** One for each process. */
export function createOwnPublish({ client, prefix, observer, trail }: OwnPublishParts): OwnPublish {
  const producer = createProducer(client, prefix);
  const publish = createPublish({ producer, history: trail, observer });
  return {
    publish(taken, routes) {
      const { source, kind, receivedAt } = taken;
      return publish([taken], { routes, source, kind, receivedAt, started: performance.now() });
    },
    close: producer.close,
  };
}
