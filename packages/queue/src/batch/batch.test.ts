/** Requests with several deliveries, taken and settled over a real Redis. What handles them stands for any receiver. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Delivery, Outcome } from '@longshore/event';
import { eventually } from '@longshore/testkit';
import { describe, expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import type { BatchHandle, TakenBatch } from '../consumer.js';
import { createInspector } from '../inspector.js';
import { endpointKey, queueKey } from '../names.js';
import { createProducer } from '../producer.js';
import type { TakeSettings } from '../take/settings.js';
import { aDelivery, consume, ok, takeSettings } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { newGroup } from './group.js';
import { judgeBatch } from './judge-batch.js';

const policy = { threshold: 3, backoff: 20, maxbackoff: 40, schedule: [] };
const LATER_MS = 3_600_000;
const LARGE = 1_048_576;

const batchOf = (events: number, waitMs = 0, bytes = LARGE) => ({ events, waitMs, bytes });

const numbered = (endpoint: string, count: number): Delivery[] =>
  Array.from({ length: count }, (_, n) => aDelivery(endpoint, `event-${n}`));

const failure: Outcome = { kind: 'retry', reason: 'http_500', status: 500 };

const idsOf = ({ members }: Pick<TakenBatch, 'members'>): string[] =>
  members.map(({ delivery }) => delivery.eventId);

/** Judges what a receiver answers to the events of a request. */
const judged =
  (
    answer: (ids: string[], batch: TakenBatch) => Outcome | Promise<Outcome>,
    order?: 'endpoint',
  ): BatchHandle =>
  async (batch) => {
    const outcome = await answer(idsOf(batch), batch);
    const attempts = batch.members.map(({ taken }) => taken.number);
    const { stage = 'first' } = batch.group ?? {};
    const isOrdered = order === 'endpoint';
    return judgeBatch({ attempts, stage }, outcome, { policy, isOrdered });
  };

const delivered: Outcome = { kind: 'delivered', status: 200, reason: 'http_200' };

interface Setup {
  take?: Partial<TakeSettings>;
  concurrency?: number;
  onStalled?(id: string): void;
}

/** Every request is a batch, also of one. */
const consumeBatches = (
  client: RedisClient,
  prefix: string,
  handleBatch: BatchHandle,
  { take = {}, ...more }: Setup = {},
) =>
  consume(
    client,
    prefix,
    'one',
    async (delivery, taken) => (await handleBatch({ members: [{ delivery, taken }] }))[0] ?? ok,
    { handleBatch, take: { batch: batchOf(10), ...take }, ...more },
  );

/** Where the endpoint's deliveries are, once `done`. */
const counts = (
  client: RedisClient,
  prefix: string,
  done: (all: { delivered: number; dead: number }) => boolean,
) =>
  eventually(async () => {
    const { dead, waiting } = await createInspector(client, prefix).counts('one');
    return { delivered: await client.zcard(queueKey(prefix, 'one', 'completed')), dead, waiting };
  }, done);

describe('forming requests', () => {
  test('as many as there may be in one, and the rest after the wait', async ({ open, prefix, closing }) => {
    const client = await open('producer');
    await createProducer(client, prefix).enqueue(numbered('one', 25));
    const requests: string[][] = [];
    const handle = judged((ids) => {
      requests.push(ids);
      return delivered;
    });
    closing(consumeBatches(await open('consumer'), prefix, handle, { take: { batch: batchOf(10, 50) } }));
    await eventually(() => requests.flat().length === 25);
    expect(requests.map((ids) => ids.length)).toEqual([10, 10, 5]);
    expect(requests.flat()).toEqual(numbered('one', 25).map(({ eventId }) => eventId));
    await counts(client, prefix, ({ delivered: sent }) => sent === 25);
    expect(await client.zcard(endpointKey(prefix, 'one', 'requests'))).toBe(0);
  });

  test('a full one goes out at once, however long the wait', async ({ open, prefix, closing }) => {
    const client = await open('producer');
    const producer = createProducer(client, prefix);
    const requests: string[][] = [];
    const handle = judged((ids) => {
      requests.push(ids);
      return delivered;
    });
    const take = { batch: batchOf(10, LATER_MS) };
    closing(consumeBatches(await open('consumer'), prefix, handle, { take }));
    for (const delivery of numbered('one', 35)) await producer.enqueue([delivery]);
    await eventually(() => requests.flat().length === 30);
    expect(requests.map((ids) => ids.length)).toEqual([10, 10, 10]);
    expect(await createInspector(client, prefix).counts('one')).toMatchObject({ waiting: 5 });
  });

  test('one that waits alone goes out after the wait', async ({ open, prefix, closing }) => {
    const client = await open('producer');
    const requests: string[][] = [];
    const handle = judged((ids) => {
      requests.push(ids);
      return delivered;
    });
    const take = { batch: batchOf(10, 300) };
    closing(consumeBatches(await open('consumer'), prefix, handle, { take }));
    const started = performance.now();
    await createProducer(client, prefix).enqueue(numbered('one', 1));
    await eventually(() => requests.length === 1);
    expect(performance.now() - started).toBeGreaterThan(290);
  });

  test('no more bytes than there may be, and a larger delivery alone', async ({ open, prefix, closing }) => {
    const client = await open('producer');
    const large = (delivery: Delivery, bytes: number): Delivery => ({
      ...delivery,
      payload: { event: { ...delivery.payload.event, filling: 'x'.repeat(bytes) } },
    });
    const sizes = [1_000, 1_000, 1_000, 9_000, 1_000, 1_000];
    const all = numbered('one', sizes.length).map((delivery, n) => large(delivery, sizes[n] ?? 0));
    await createProducer(client, prefix).enqueue(all);
    const requests: number[] = [];
    const handle = judged((ids) => {
      requests.push(ids.length);
      return delivered;
    });
    const take = { batch: batchOf(10, 0, 4_000) };
    closing(consumeBatches(await open('consumer'), prefix, handle, { take, concurrency: 1 }));
    await eventually(() => requests.reduce((sum, n) => sum + n, 0) === 6);
    expect(requests).toEqual([2, 1, 1, 2]);
  });

  test('concurrency counts requests, over all workers', async ({ open, prefix, closing }) => {
    const client = await open('producer');
    await createProducer(client, prefix).enqueue(numbered('one', 60));
    let running = 0;
    let most = 0;
    const handle = judged(async () => {
      most = Math.max(most, ++running);
      await eventually(() => running === 3 || most === 3);
      await pause(20);
      running -= 1;
      return delivered;
    });
    for (let n = 0; n < 2; n++) {
      closing(consumeBatches(await open('consumer'), prefix, handle, { concurrency: 3 }));
    }
    await counts(client, prefix, ({ delivered: sent }) => sent === 60);
    expect(most).toBe(3);
  });
});

describe('a request that fails', () => {
  test('a poison event among 100 dies alone after its threshold, and all others are delivered', async ({
    open,
    prefix,
    closing,
  }) => {
    const client = await open('producer');
    const all = numbered('one', 100);
    await createProducer(client, prefix).enqueue(all);
    const requests: string[][] = [];
    const attempts: number[] = [];
    const handle = judged((ids, { members }) => {
      requests.push(ids);
      const poison = ids.indexOf('event-42');
      if (poison < 0) return delivered;
      attempts.push(members[poison]?.taken.number ?? 0);
      return failure;
    });
    const take = { batch: batchOf(100) };
    closing(consumeBatches(await open('consumer'), prefix, handle, { take }));
    await counts(client, prefix, ({ delivered: sent, dead }) => sent === 99 && dead === 1);
    const bad = requests.filter((ids) => ids.includes('event-42'));
    // Once more, then halves: 100, 100, 50, 25, 13 or 12 … 1.
    expect(bad.slice(0, 4).map((ids) => ids.length)).toEqual([100, 100, 50, 25]);
    expect(bad.at(-1)).toEqual(['event-42']);
    expect(bad.filter((ids) => ids.length === 1)).toHaveLength(1);
    expect(attempts.slice(0, 3)).toEqual([1, 2, 3]);
    expect(new Set(attempts.slice(3))).toEqual(new Set([3]));
    const good = requests.filter((ids) => !ids.includes('event-42'));
    expect(good.flat().sort()).toEqual(
      all
        .map(({ eventId }) => eventId)
        .filter((id) => id !== 'event-42')
        .sort(),
    );
  });

  test('413 above a size: halved at once until it fits, and nothing dies', async ({
    open,
    prefix,
    closing,
  }) => {
    const client = await open('producer');
    await createProducer(client, prefix).enqueue(numbered('one', 100));
    const requests: number[] = [];
    const handle = judged((ids) => {
      requests.push(ids.length);
      return ids.length > 7 ? { kind: 'retry', reason: 'http_413', status: 413 } : delivered;
    });
    const take = { batch: batchOf(100) };
    closing(consumeBatches(await open('consumer'), prefix, handle, { take }));
    await counts(client, prefix, ({ delivered: sent }) => sent === 100);
    expect(requests.filter((size) => size > 7)).toHaveLength(15);
    expect(requests.filter((size) => size <= 7)).toHaveLength(16);
  });

  test('each member has its own verdict', async ({ open, prefix, closing }) => {
    const client = await open('producer');
    await createProducer(client, prefix).enqueue(numbered('one', 4));
    const handle: BatchHandle = async ({ members }) =>
      members.map(({ delivery }) => {
        if (delivery.eventId === 'event-0') return { settle: 'ignored', rule: 'tag' };
        if (delivery.eventId === 'event-1') return { settle: 'dead', outcome: { ...failure, kind: 'dead' } };
        return ok;
      });
    closing(consumeBatches(await open('consumer'), prefix, handle));
    await counts(client, prefix, ({ delivered: sent, dead }) => sent + dead === 4);
    expect((await createInspector(client, prefix).counts('one')).dead).toBe(1);
  });
});

describe('order: endpoint', () => {
  test('one request at a time, halves one after the other, over two workers', async ({
    open,
    prefix,
    closing,
  }) => {
    const client = await open('producer');
    const producer = createProducer(client, prefix);
    await producer.enqueue(numbered('one', 60));
    const done: string[] = [];
    const fails = new Map<string, number>([
      ['event-3', 2],
      ['event-17', 4],
      ['event-18', 1],
      ['event-31', 99],
      ['event-59', 3],
    ]);
    let running = 0;
    const handle = judged(async (ids) => {
      expect(++running).toBe(1);
      await pause(1);
      running -= 1;
      const bad = ids.find((id) => (fails.get(id) ?? 0) > 0);
      if (bad) {
        fails.set(bad, (fails.get(bad) ?? 0) - 1);
        return failure;
      }
      done.push(...ids);
      return delivered;
    }, 'endpoint');
    const take = { batch: batchOf(10), order: 'endpoint' as const };
    for (let n = 0; n < 2; n++) closing(consumeBatches(await open('consumer'), prefix, handle, { take }));
    await counts(client, prefix, ({ delivered: sent, dead }) => sent + dead === 60);
    const expected = numbered('one', 60).map(({ eventId }) => eventId);
    const dead = expected.filter((id) => !done.includes(id));
    expect(dead).toContain('event-31');
    expect(done).toEqual(expected.filter((id) => !dead.includes(id)));
  });

  test('switched on while retries are waiting: all in the order of their arrival', async ({
    open,
    prefix,
    closing,
  }) => {
    const client = await open('producer');
    await createProducer(client, prefix).enqueue(numbered('one', 40));
    let isUp = false;
    const got: string[] = [];
    let failed = 0;
    // The later ones are due earlier.
    const handle: BatchHandle = async (request) => {
      const ids = idsOf(request);
      if (isUp) {
        got.push(...ids);
        return ids.map(() => ok);
      }
      const delay = LATER_MS - 1_000 * ++failed;
      const group = newGroup('first');
      return ids.map(() => ({
        settle: 'retry',
        outcome: failure,
        delay,
        retryAt: Date.now() + delay,
        group,
      }));
    };
    const consumer = consumeBatches(await open('consumer'), prefix, handle, { concurrency: 1 });
    closing(consumer);
    await eventually(async () => (await client.zcard(queueKey(prefix, 'one', 'delayed'))) === 40);
    isUp = true;
    const take = takeSettings({ batch: batchOf(10), order: 'endpoint' });
    consumer.update({ take, delivered: { age: 86_400_000, count: 10_000 } });
    await eventually(() => got.length === 40);
    expect(got).toEqual(numbered('one', 40).map(({ eventId }) => eventId));
  });
});
