/**
 * Archived events to one endpoint, by its present rules, through the way of all events: room in Redis is asked for, ids
 * are those that they had, the history has them. What is recorded of it is the caller's: these are no events of a sender.
 */
import { type Config, routedEndpoints } from '@longshore/config';
import type { HistoryWriter, TakenEvent } from '@longshore/event';
import {
  createPublish,
  createRoutes,
  type Published,
  type PublishObserver,
  testRoutes,
} from '@longshore/publish';
import type { Monitor, RedisClient } from '@longshore/queue';
import { createProducer } from '@longshore/queue/producer';

/** What republishing is given by the process that it runs in. */
export interface RepublishParts {
  config(): Config;
  /** Of the producer profile: fails fast. */
  client: RedisClient;
  monitor: Monitor;
  observer: PublishObserver;
  trail: HistoryWriter;
}

/** See the header. */
export interface Republisher {
  /**
   * Resolves when all deliveries are durable, which are added in the order of the events.
   * @throws LongshoreError QUEUE_UNAVAILABLE, QUEUE_FULL
   */
  republish(
    events: readonly TakenEvent[],
    to: { endpoint: string; by: string; bytes: number },
  ): Promise<Published>;
  /** A test to one endpoint that exists, recorded like the events of a sender. Rejects as `republish` does. */
  sendTest(taken: TakenEvent, endpoint: string): Promise<void>;
  close(): Promise<void>;
}

/** For the record that is not written: these are events of many sources. */
const SOURCE = 'archive';

/** See the header. */
export function createRepublisher(parts: RepublishParts): Republisher {
  const { config, client, monitor, observer, trail } = parts;
  const producer = createProducer(client, config().redis.prefix);
  const silent = (): void => {};
  const { deliveryCollapsed, deliverySuperseded } = observer;
  const recorded = { deliveryCollapsed, deliverySuperseded, eventReceived: silent, deliveryIgnored: silent };
  const publish = createPublish({ room: monitor, producer, history: trail, observer: recorded });
  return {
    async republish(events, { endpoint: name, by, bytes }) {
      const endpoints = routedEndpoints(config()).filter((endpoint) => endpoint.name === name);
      const routes = createRoutes(endpoints);
      const origin = { source: SOURCE, kind: SOURCE, receivedAt: Date.now(), started: performance.now() };
      return publish(events, { ...origin, routes, bytes, by });
    },
    async sendTest(taken, name) {
      const [endpoint] = routedEndpoints(config()).filter((one) => one.name === name);
      if (!endpoint) throw new TypeError(`no endpoint ${name}`);
      const { source, kind, receivedAt } = taken;
      const routes = testRoutes(endpoint);
      const publishTest = createPublish({ room: monitor, producer, history: trail, observer });
      await publishTest([taken], { routes, source, kind, receivedAt, started: performance.now() });
    },
    close: producer.close,
  };
}
