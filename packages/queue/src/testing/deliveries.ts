/** Builders for this package's tests. */
import { randomUUID } from 'node:crypto';
import { type Delivery, deliveryOf, EVENTS_V2, type Outcome, type TakenEvent } from '@longshore/event';
import type { RedisClient } from '../connection.js';
import type { Consumer, ConsumerOptions } from '../consumer.js';
import type { Verdict } from '../retry.js';
import { createTakeLoop, type TakeLoop } from '../take/loop.js';
import type { TakeSettings } from '../take/settings.js';

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

const loops = new WeakMap<RedisClient, Map<string, { loop: TakeLoop; users: number }>>();

/** What a test says of a consumer. */
export interface ConsumeOptions extends Partial<Omit<ConsumerOptions, 'take'>> {
  concurrency?: number;
  take?: Partial<TakeSettings>;
}

export const takeSettings = (more: Partial<TakeSettings> = {}): TakeSettings => ({
  ...{ concurrency: 8, order: 'none', maxBackoffMs: 3_600_000 },
  ...more,
});

/** A consumer with a day's retention; a test gives what it is about. Those of one client share a loop. */
export function consume(
  client: RedisClient,
  prefix: string,
  endpoint: string,
  handle: ConsumerOptions['handle'],
  { concurrency = 8, take, ...more }: ConsumeOptions = {},
): Consumer {
  const ofClient = loops.get(client) ?? new Map<string, { loop: TakeLoop; users: number }>();
  loops.set(client, ofClient);
  const onError = more.onError ?? (() => {});
  const shared = ofClient.get(prefix) ?? {
    loop: createTakeLoop({ client, prefix, onError, onStuck: () => {} }),
    users: 0,
  };
  ofClient.set(prefix, shared);
  shared.users += 1;
  const consumer = shared.loop.serve({
    endpoint,
    take: takeSettings({ concurrency, ...take }),
    delivered: { age: 86_400_000, count: 10_000 },
    handle,
    unreadable: () => dead,
    onError,
    onStalled: () => {},
    ...more,
  });
  let closed: Promise<void> | undefined;
  const close = async (grace: number): Promise<void> => {
    await consumer.close(grace);
    shared.users -= 1;
    if (shared.users > 0) return;
    shared.loop.close();
    ofClient.delete(prefix);
  };
  return {
    update: (settings) => consumer.update(settings),
    close: (grace) => {
      closed ??= close(grace);
      return closed;
    },
  };
}
