import { randomBytes } from 'node:crypto';
import { type Delivery, deliveryOf, EVENTS_V2, type TakenEvent } from '@longshore/event';
import { eventually, startRedis } from '@longshore/testkit';
import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import { queueKey, storeKey } from '../names.js';
import { createDeadLetters } from '../operate/dead-letters.js';
import { createDeliveries } from '../operate/deliveries.js';
import { createProducer } from '../producer.js';
import { createQueuePool } from '../queue-pool.js';
import type { Verdict } from '../retry.js';
import { consume, dead, ok, retryIn } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { encodeBody } from './body.js';
import { takenDelivery } from './taken.js';

/** Deliveries of one event, as ingest makes them: they share the payload. */
function deliveriesOf(endpoints: readonly string[], id = 'e', filling = ''): Delivery[] {
  const target = { repository: 'acme/app', tag: '1.0' };
  const taken: TakenEvent = {
    event: { id, class: 'event', action: 'push', nativeType: 'push', target },
    payload: { event: { id, action: 'push', target, filling } },
    contentType: EVENTS_V2,
    source: 'distribution',
    kind: 'distribution',
    receivedAt: 1_000,
  };
  return endpoints.map((endpoint) => deliveryOf(taken, endpoint));
}

const bodies = (client: RedisClient, prefix: string): Promise<string[]> =>
  client.keys(`${prefix}:{~bodies}:*`);

const holders = async (client: RedisClient, key: string | undefined): Promise<number> =>
  (await client.getBuffer(key ?? ''))?.readUInt32BE(0) ?? 0;

const idle = (client: RedisClient, prefix: string, endpoint: string) =>
  eventually(
    () => createInspector(client, prefix).counts(endpoint),
    ({ waiting, active }) => waiting + active === 0,
  );

test('one body serves all endpoints, and goes with the last delivery', async ({ open, prefix, closing }) => {
  const client = await open('producer');
  const deliveries = deliveriesOf(['a', 'b', 'c']);
  await createProducer(client, prefix).enqueue(deliveries);
  const [key, ...others] = await bodies(client, prefix);
  expect(others).toEqual([]);
  expect(await holders(client, key)).toBe(3);

  const got: Delivery[] = [];
  const take = async (delivery: Delivery): Promise<Verdict> => {
    got.push(delivery);
    return ok;
  };
  for (const [n, endpoint] of ['a', 'b', 'c'].entries()) {
    closing(consume(await open('consumer'), prefix, endpoint, take));
    await eventually(
      () => holders(client, key),
      (count) => count === 2 - n,
    );
  }
  expect(got).toEqual(deliveries);
  expect(await bodies(client, prefix)).toEqual([]);
  // The job stays as the dedupe window, and says what it was about.
  const inspector = createInspector(client, prefix);
  const found = await createDeliveries(client, prefix, inspector).find(deliveries[0]?.id ?? '');
  expect(found).toMatchObject({ state: 'delivered', event: { id: 'e', view: { repository: 'acme/app' } } });
  expect(found).not.toHaveProperty('delivery');
  const again = await createProducer(client, prefix).enqueue(deliveries);
  expect(again.map(({ duplicate }) => duplicate)).toEqual([true, true, true]);
  expect(await bodies(client, prefix)).toEqual([]);
});

test('what is retried, deferred or ignored keeps or loses its body as it is needed', async ({
  open,
  prefix,
  closing,
}) => {
  const client = await open('producer');
  await createProducer(client, prefix).enqueue(deliveriesOf(['a']));
  const verdicts: Verdict[] = [
    retryIn(1),
    { settle: 'deferred', until: 0, why: 'later' },
    { settle: 'ignored', rule: 'tag' },
  ];
  const held: number[] = [];
  closing(
    consume(await open('consumer'), prefix, 'a', async () => {
      held.push((await bodies(client, prefix)).length);
      return verdicts.shift() ?? ok;
    }),
  );
  await eventually(
    () => bodies(client, prefix),
    (keys) => keys.length === 0,
  );
  expect(held).toEqual([1, 1, 1]);
});

test('a dead delivery keeps its body until it is dropped, or delivered after a retry', async ({
  open,
  prefix,
  closing,
}) => {
  const client = await open('producer');
  const deliveries = ['e', 'f'].flatMap((id) => deliveriesOf(['a'], id));
  await createProducer(client, prefix).enqueue(deliveries);
  let verdict = dead;
  closing(consume(await open('consumer'), prefix, 'a', async () => verdict));
  await idle(client, prefix, 'a');
  expect(await bodies(client, prefix)).toHaveLength(2);
  const letters = createDeadLetters(client, prefix, createInspector(client, prefix));
  const [first = '', second = ''] = deliveries.map(({ id }) => id);
  expect(await letters.find(first)).toMatchObject({ delivery: { eventId: 'e' }, event: { id: 'e' } });
  verdict = ok;
  await letters.drop({ ids: [first] }, 'a test');
  expect(await bodies(client, prefix)).toHaveLength(1);
  await letters.retry({ ids: [second] }, 'a test');
  await eventually(
    () => bodies(client, prefix),
    (keys) => keys.length === 0,
  );
});

test('whatever removes a job releases its body', async ({ open, prefix, closing }) => {
  const client = await open('producer');
  const producer = createProducer(client, prefix);
  const queue = createQueuePool(client, prefix).ready('a');
  await producer.enqueue(['1', '2', '3'].flatMap((id) => deliveriesOf(['a'], id)));
  const [job] = await queue.getWaiting(0, 0);
  await job?.remove();
  expect(await bodies(client, prefix)).toHaveLength(2);
  await queue.drain();
  expect(await bodies(client, prefix)).toEqual([]);

  await producer.enqueue(['4', '5'].flatMap((id) => deliveriesOf(['a'], id)));
  closing(consume(await open('consumer'), prefix, 'a', async () => dead));
  await idle(client, prefix, 'a');
  expect(await bodies(client, prefix)).toHaveLength(2);
  await queue.clean(0, 1, 'failed');
  expect(await bodies(client, prefix)).toHaveLength(1);
  await queue.obliterate({ force: true });
  expect(await bodies(client, prefix)).toEqual([]);
});

test('a body goes too when retention removes the very job that finishes', async ({
  open,
  prefix,
  closing,
}) => {
  const client = await open('producer');
  const deliveries = Array.from({ length: 200 }, (_, n) => deliveriesOf(['a'], String(n))).flat();
  await createProducer(client, prefix).enqueue(deliveries);
  const delivered = { age: 86_400_000, count: 1 };
  const options = { concurrency: 50, delivered };
  closing(consume(await open('consumer'), prefix, 'a', async () => ok, options));
  await idle(client, prefix, 'a');
  expect(await bodies(client, prefix)).toEqual([]);
});

test('a body is missing only for the process that has the job', async ({ open, prefix }) => {
  const client = await open('producer');
  const [delivery] = deliveriesOf(['a']);
  if (!delivery) throw new Error('no delivery');
  await createProducer(client, prefix).enqueue([delivery]);
  const { id } = delivery;
  const data = (await client.hget(queueKey(prefix, 'a', id), 'data')) ?? '';
  const job = { id, data, body: 'large' } as const;
  const taken = (token: string) => takenDelivery(client, { job, token, endpoint: 'a', prefix });
  await client.del(...(await bodies(client, prefix)));
  await client.set(`${queueKey(prefix, 'a', id)}:lock`, 'another process');
  expect(await taken('ours')).toBeUndefined();
  await client.set(`${queueKey(prefix, 'a', id)}:lock`, 'ours');
  expect(await taken('ours')).toMatchObject({ fault: 'its body is missing' });
});

test('a board cannot part a job from its body', async ({ open, prefix, closing }) => {
  const client = await open('producer');
  const queue = createQueuePool(client, prefix).ready('a');
  const [delivery] = deliveriesOf(['a']);
  await createProducer(client, prefix).enqueue(deliveriesOf(['a']));
  const waiting = await queue.getJob(delivery?.id ?? '');
  await expect(waiting?.updateData({})).rejects.toThrow(/cannot be changed/);
  closing(consume(await open('consumer'), prefix, 'a', async () => ok));
  await idle(client, prefix, 'a');
  const done = await queue.getJob(delivery?.id ?? '');
  await expect(done?.retry('completed')).rejects.toThrow(/its body is not kept/);
  expect(await done?.getState()).toBe('completed');
});

test('a large body travels once, and expires when no job of it follows', async ({ open, prefix }) => {
  const client = await open('producer');
  const filling = randomBytes(60_000).toString('base64');
  const deliveries = deliveriesOf(['a', 'b'], 'large', filling);
  await createProducer(client, prefix).enqueue(deliveries);
  const [key = ''] = await bodies(client, prefix);
  expect(await holders(client, key)).toBe(2);
  expect(await client.pttl(key)).toBe(-1);

  // As if the process had been killed between the body and its jobs.
  const [other] = deliveriesOf(['a'], 'other', filling);
  if (!other) throw new Error('no delivery');
  const { ref, data } = await encodeBody(other);
  const left = storeKey(prefix, 'bodies', ref);
  await client.set(left, Buffer.concat([Buffer.alloc(4), data]), 'PX', 60_000);
  await createProducer(client, prefix).enqueue([other]);
  expect([await holders(client, left), await client.pttl(left)]).toEqual([1, -1]);
});

test('a waiting delivery of a 1.5 KB event is small', async ({ open, prefix }) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  const producer = createProducer(client, prefix);
  const used = async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
  const bytesWith = async (count: number): Promise<number> => {
    const endpoints = Array.from({ length: count }, (_, n) => `endpoint-${count}-${n}`);
    await producer.enqueue(deliveriesOf(endpoints, `warm-up-${count}`));
    const before = await used();
    for (let n = 0; n < 1_000; n++) {
      // Incompressible in part, as digests and ids are.
      const filling = `${randomBytes(110).toString('hex')}${'com.example.label: a value, '.repeat(40)}`;
      await producer.enqueue(deliveriesOf(endpoints, `${count}-${n}`, filling));
    }
    return ((await used()) - before) / (1_000 * count);
  };
  expect(await bytesWith(1)).toBeLessThan(1_100);
  expect(await bytesWith(10)).toBeLessThan(700);
});

test('a job without its body says so', async ({ open, prefix, closing }) => {
  const client = await open('producer');
  const [delivery] = deliveriesOf(['a']);
  await createProducer(client, prefix).enqueue(deliveriesOf(['a']));
  await client.del(...(await bodies(client, prefix)));
  const faults: string[] = [];
  closing(
    consume(await open('consumer'), prefix, 'a', async () => ok, {
      unreadable: ({ fault }) => {
        faults.push(fault);
        return dead;
      },
    }),
  );
  await idle(client, prefix, 'a');
  expect(faults).toEqual(['its body is missing']);
  expect(await client.hget(queueKey(prefix, 'a', delivery?.id ?? ''), 'data')).toMatch(
    /^{"v":2,"b":"[\w-]{22}"}$/,
  );
});
