/** Builders for this package's tests. */
import { randomUUID } from 'node:crypto';
import { type Delivery, deliveryOf, EVENTS_V2, type Outcome, type TakenEvent } from '@longshore/event';
import type { RedisClient } from '../connection.js';
import { type ConsumerOptions, createConsumer } from '../consumer.js';
import type { Verdict } from '../retry.js';

export function aDelivery(endpoint: string, eventId: string = randomUUID()): Delivery {
  const target = { repository: 'acme/app', tag: '1.0' };
  const taken: TakenEvent = {
    event: { id: eventId, class: 'event', action: 'push', nativeType: 'push', target },
    payload: { event: { id: eventId, action: 'push', target } },
    contentType: EVENTS_V2,
    source: 'distribution',
    kind: 'distribution',
    receivedAt: Date.now(),
  };
  return deliveryOf(taken, endpoint);
}

/** A job's data before version 2, when each job had its own body. */
export function dataOfVersion1({ id: _id, endpoint: _endpoint, ...data }: Delivery) {
  return { v: 1, ...data };
}

export const ok: Verdict = {
  settle: 'delivered',
  outcome: { kind: 'delivered', reason: 'http_200', status: 200 },
};

const failed: Outcome = {
  kind: 'retry',
  reason: 'http_503',
  status: 503,
  detail: 'busy',
  body: 'come back later',
};

export const retryIn = (delay: number): Verdict => ({
  settle: 'retry',
  outcome: failed,
  delay,
  retryAt: Date.now() + delay,
});

export const dead: Verdict = { settle: 'dead', outcome: { ...failed, kind: 'dead' } };

/** A consumer with a day's retention; a test gives what it is about. */
export function consume(
  client: RedisClient,
  prefix: string,
  endpoint: string,
  handle: ConsumerOptions['handle'],
  more: Partial<ConsumerOptions> = {},
) {
  return createConsumer({
    client,
    prefix,
    endpoint,
    concurrency: 8,
    delivered: { age: 86_400_000, count: 10_000 },
    handle,
    unreadable: () => dead,
    onError: () => {},
    onStalled: () => {},
    ...more,
  });
}
