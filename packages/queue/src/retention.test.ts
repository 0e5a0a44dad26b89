import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import type { RedisClient } from './connection.js';
import { createInspector, type QueueCounts } from './inspector.js';
import { queueKey } from './names.js';
import { createDeadLetters } from './operate/dead-letters.js';
import { createProducer } from './producer.js';
import { createPulse } from './pulse/pulse.js';
import { createRetention, type KeepLimits } from './retention.js';
import type { Verdict } from './retry.js';
import { bury } from './testing/dead.js';
import { aDelivery, consume, dead, ok } from './testing/deliveries.js';
import { takeNotes } from './testing/notes.js';
import { redisTest as test } from './testing/redis-test.js';

const DAY_MS = 86_400_000;
const keepAll = { age: DAY_MS, count: 1_000 };

/** How many were removed, to the end. */
async function expire(client: RedisClient, prefix: string, limits: KeepLimits): Promise<number> {
  let removed = 0;
  for await (const count of createRetention(client, prefix).expireDead('a', limits)) removed += count;
  return removed;
}

/** The age of a finished delivery has milliseconds: two of the same one are of the same age, in any order. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  await eventually(
    () => Date.now(),
    (time) => time > now,
    { every: 1 },
  );
}

/** Puts `count` deliveries of endpoint `a` into the state that the verdict leads to. */
async function settled(
  { client, consumer, prefix }: { client: RedisClient; consumer: RedisClient; prefix: string },
  count: number,
  verdict: Verdict,
) {
  const deliveries = Array.from({ length: count }, () => aDelivery('a'));
  await createProducer(client, prefix).enqueue(deliveries);
  const handle = async (): Promise<Verdict> => {
    await nextMillisecond();
    return verdict;
  };
  const worker = consume(consumer, prefix, 'a', handle, { concurrency: 1 });
  const inspector = createInspector(client, prefix);
  const open = ({ waiting, active }: QueueCounts): number => waiting + active;
  await eventually(
    () => inspector.counts('a'),
    (counts) => open(counts) === 0,
  );
  await worker.close(1_000);
  return { deliveries, inspector };
}

test('the dead above the count are noted, oldest first, and are gone', async ({ open, prefix }) => {
  const clients = { client: await open('producer'), consumer: await open('consumer'), prefix };
  const { client } = clients;
  const { deliveries, inspector } = await settled(clients, 5, dead);
  expect(await expire(client, prefix, { age: DAY_MS, count: 3 })).toBe(2);
  const [first, second] = deliveries;
  const of = { what: 'expired', by: 'retention', endpoint: 'a', attempts: 1, reason: 'http_503' };
  expect(await takeNotes(client, prefix, ['a'])).toEqual([
    expect.objectContaining({
      ...of,
      deliveryId: first?.id,
      eventId: first?.eventId,
      repository: 'acme/app',
    }),
    expect.objectContaining({ ...of, deliveryId: second?.id, eventId: second?.eventId }),
  ]);
  expect(await client.exists(queueKey(prefix, 'a', first?.id ?? ''))).toBe(0);
  expect(await inspector.counts('a')).toMatchObject({ dead: 3 });
});

test('the dead above the age are removed and noted once, by two processes at once', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const buried = await bury(client, prefix, { endpoint: 'a', count: 300 });
  const limits = { age: -1_000, count: 1_000 };
  const removed = await Promise.all([
    expire(client, prefix, limits),
    expire(await open('producer'), prefix, limits),
  ]);
  expect(removed[0] + removed[1]).toBe(300);
  const noted = await takeNotes(client, prefix, ['a']);
  const ids = noted.map((note) => ('deliveryId' in note ? note.deliveryId : ''));
  expect(ids.toSorted()).toEqual(buried.map(({ id }) => id).toSorted());
  expect(await createInspector(client, prefix).counts('a')).toMatchObject({ dead: 0 });
});

test('two processes that lower the count at once keep exactly the newest', async ({ open, prefix }) => {
  const client = await open('producer');
  const buried = await bury(client, prefix, { endpoint: 'a', count: 1_000, from: Date.now() - 10_000 });
  const limits = { age: DAY_MS, count: 100 };
  const others = await Promise.all([open('producer'), open('producer')]);
  const removed = await Promise.all([client, ...others].map((one) => expire(one, prefix, limits)));
  expect(removed.reduce((sum, count) => sum + count, 0)).toBe(900);
  const left = await client.zrange(queueKey(prefix, 'a', 'failed'), '0', '-1');
  expect(left).toEqual(buried.slice(900).map(({ id }) => id));
});

test('a process whose page another one removes continues with the next page', async ({ open, prefix }) => {
  const [client, other] = await Promise.all([open('producer'), open('producer')]);
  const limits = { age: DAY_MS, count: 0 };
  // So that Redis knows the scripts.
  await bury(client, prefix, { endpoint: 'a', count: 1 });
  await expire(client, prefix, limits);
  await bury(client, prefix, { endpoint: 'a', count: 450, from: Date.now() - 10_000 });
  const ask = client.evalsha.bind(client) as (...args: unknown[]) => Promise<unknown>;
  let asked = 0;
  let overtaken: Promise<void> | undefined;
  Object.assign(client, {
    // The first script says what is due, and the second removes the first of it: the other process is faster.
    async evalsha(...args: unknown[]) {
      overtaken ??= asked++ === 1 ? removePage(other, prefix, limits) : undefined;
      await overtaken;
      return ask(...args);
    },
  });
  expect(await expire(client, prefix, limits)).toBe(250);
  expect(await createInspector(other, prefix).counts('a')).toMatchObject({ dead: 0 });
});

/** What is removed at least, in one page. */
async function removePage(client: RedisClient, prefix: string, limits: KeepLimits): Promise<void> {
  let removed = 0;
  for await (const count of createRetention(client, prefix).expireDead('a', limits)) {
    removed += count;
    if (removed >= 200) return;
  }
}

test('a caller that stops between two pages has removed and noted the same deliveries', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  await bury(client, prefix, { endpoint: 'a', count: 450, from: Date.now() - 10_000 });
  let removed = 0;
  for await (const count of createRetention(client, prefix).expireDead('a', { age: DAY_MS, count: 0 })) {
    removed += count;
    break;
  }
  expect(removed).toBeGreaterThan(0);
  expect(removed).toBeLessThan(450);
  expect(await takeNotes(client, prefix, ['a'])).toHaveLength(removed);
  expect(await createInspector(client, prefix).counts('a')).toMatchObject({ dead: 450 - removed });
});

test('what is not due is not read, and what is due is read a megabyte at a time', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const large = 'x'.repeat(100_000);
  const make = () => {
    const delivery = aDelivery('a');
    return { ...delivery, payload: { event: { large } } };
  };
  await bury(client, prefix, { endpoint: 'a', count: 60, from: Date.now() - 10_000, make });
  const reading = await open('producer');
  const read: string[] = [];
  const call = reading.callBuffer.bind(reading) as (...args: unknown[]) => Promise<unknown>;
  Object.assign(reading, {
    // A script with the names of fields reads a job; again when Redis did not know the script.
    callBuffer: (...args: unknown[]) => {
      const [, , , key, ...fields] = args.map(String);
      if (key !== undefined && fields.includes('data') && !read.includes(key)) read.push(key);
      return call(...args);
    },
  });
  const retention = createRetention(reading, prefix);
  for await (const _ of retention.expireDead('a', { age: DAY_MS, count: 60 })) throw new Error('none is due');
  expect(read).toEqual([]);
  const pages: [read: number, removed: number][] = [];
  for await (const removed of retention.expireDead('a', { age: DAY_MS, count: 10 })) {
    pages.push([read.splice(0).length, removed]);
  }
  // Ten of them are more than a megabyte, so nothing more is read before these are removed and noted.
  expect(pages).toEqual(Array.from({ length: 5 }, () => [10, 10]));
});

test('one whose job is not there is removed and noted too', async ({ open, prefix }) => {
  const client = await open('producer');
  const [bare] = await bury(client, prefix, { endpoint: 'a', count: 2 });
  await client.del(queueKey(prefix, 'a', bare?.id ?? ''));
  expect(await expire(client, prefix, { age: -1_000, count: 10 })).toBe(2);
  const noted = await takeNotes(client, prefix, ['a']);
  expect(noted).toContainEqual(
    expect.objectContaining({ what: 'expired', deliveryId: bare?.id, attempts: 0, reason: 'error' }),
  );
});

test('the dead within the retention stay', async ({ open, prefix }) => {
  const clients = { client: await open('producer'), consumer: await open('consumer'), prefix };
  const { inspector } = await settled(clients, 3, dead);
  expect(await expire(clients.client, prefix, keepAll)).toBe(0);
  expect(await inspector.counts('a')).toMatchObject({ dead: 3 });
});

test('one that an operator retries meanwhile is not removed', async ({ open, prefix }) => {
  const client = await open('producer');
  await bury(client, prefix, { endpoint: 'a', count: 20 });
  const inspector = createInspector(client, prefix);
  const letters = createDeadLetters(client, prefix, inspector);
  const [expired, { done }] = await Promise.all([
    expire(await open('producer'), prefix, { age: -1_000, count: 10 }),
    letters.retry({}, 'me', { rate: 10_000 }),
  ]);
  expect(expired + done).toBe(20);
  expect(await inspector.counts('a')).toMatchObject({ waiting: done, dead: 0 });
});

test('delivered ones of an idle queue go when they are too old, or too many', async ({ open, prefix }) => {
  const clients = { client: await open('producer'), consumer: await open('consumer'), prefix };
  const { inspector, deliveries } = await settled(clients, 3, ok);
  const retention = createRetention(clients.client, prefix);
  const left = () => inspector.boardQueue('a').getCompletedCount();
  expect(await retention.trimDelivered('a', { age: DAY_MS, count: 2 })).toBe(1);
  expect(await left()).toBe(2);
  expect(await retention.trimDelivered('a', keepAll)).toBe(0);
  expect(await retention.trimDelivered('a', { age: -1_000, count: 100 })).toBe(2);
  expect(await left()).toBe(0);
  const jobs = deliveries.map(({ id }) => queueKey(prefix, 'a', id));
  expect(await clients.client.exists(...jobs)).toBe(0);
});

test('relief removes delivered ones and nothing else', async ({ open, prefix }) => {
  const clients = { client: await open('producer'), consumer: await open('consumer'), prefix };
  const { inspector } = await settled(clients, 2, dead);
  await settled(clients, 3, ok);
  await createProducer(clients.client, prefix).enqueue([aDelivery('a')]);
  const retention = createRetention(clients.client, prefix);
  expect(await retention.trimDelivered('a', { age: 0, count: 0 })).toBe(3);
  expect(await inspector.counts('a')).toEqual({ waiting: 1, active: 0, delayed: 0, dead: 2 });
});

test('a look counts, and an endpoint is empty when its queue holds nothing and is not paused', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const retention = createRetention(client, prefix);
  expect(await retention.look('a')).toEqual({ dead: 0, delivered: 0 });
  expect(await retention.isEmpty('a')).toBe(true);
  const at = Date.now() - 5_000;
  await bury(client, prefix, { endpoint: 'a', count: 2, from: at });
  expect(await retention.look('a')).toEqual({ dead: 2, oldestDeadAt: at, delivered: 0 });
  expect(await retention.isEmpty('a')).toBe(false);
  await expire(client, prefix, { age: -1_000, count: 0 });
  // Its notes are not recorded yet.
  expect(await retention.isEmpty('a')).toBe(false);
  await takeNotes(client, prefix, ['a']);
  expect(await retention.isEmpty('a')).toBe(true);
  await createInspector(client, prefix).boardQueue('a').pause();
  expect(await retention.isEmpty('a')).toBe(false);
});

test('an endpoint with attempts is active once', async ({ open, prefix }) => {
  const client = await open('producer');
  const retention = createRetention(client, prefix);
  const pulse = createPulse(client, prefix);
  pulse.note('a', { delivered: true });
  pulse.note('b', { delivered: false, attempt: 1, reason: 'timeout' });
  await pulse.close();
  expect((await retention.active()).sort()).toEqual(['a', 'b']);
  expect(await retention.active()).toEqual([]);
});
