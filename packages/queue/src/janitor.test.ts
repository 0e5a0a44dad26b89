import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import type { RedisClient } from './connection.js';
import { createInspector, type QueueCounts } from './inspector.js';
import { createJanitor } from './janitor.js';
import { createProducer } from './producer.js';
import type { Verdict } from './retry.js';
import { bury } from './testing/dead.js';
import { aDelivery, consume, dead, ok } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';

const DAY = 86_400_000;
const keepAll = { age: DAY, count: 1_000 };

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

test('the dead above the count are returned, oldest first, and are gone', async ({ open, prefix }) => {
  const clients = { client: await open('producer'), consumer: await open('consumer'), prefix };
  const { deliveries, inspector } = await settled(clients, 5, dead);
  const janitor = createJanitor(clients.client, prefix);
  const expired = await janitor.sweep('a', { delivered: keepAll, dead: { age: DAY, count: 3 } });
  expect(expired.map(({ id }) => id)).toEqual(deliveries.slice(0, 2).map(({ id }) => id));
  expect(expired[0]).toMatchObject({
    endpoint: 'a',
    attempts: 1,
    delivery: { id: deliveries[0]?.id, eventId: deliveries[0]?.eventId },
  });
  expect(expired[0]?.last).toMatchObject({ reason: 'http_503' });
  expect(await inspector.counts('a')).toMatchObject({ dead: 3 });
});

test('the dead above the age are returned, by one of two processes only', async ({ open, prefix }) => {
  const client = await open('producer');
  await bury(client, prefix, { endpoint: 'a', count: 300 });
  const inspector = createInspector(client, prefix);
  const retention = { delivered: keepAll, dead: { age: -1_000, count: 1_000 } };
  const janitors = [createJanitor(client, prefix), createJanitor(await open('producer'), prefix)];
  const expired = (await Promise.all(janitors.map((janitor) => janitor.sweep('a', retention)))).flat();
  expect(new Set(expired.map(({ id }) => id)).size).toBe(300);
  expect(expired).toHaveLength(300);
  expect(await inspector.counts('a')).toMatchObject({ dead: 0 });
});

test('the dead within the retention stay', async ({ open, prefix }) => {
  const clients = { client: await open('producer'), consumer: await open('consumer'), prefix };
  const { inspector } = await settled(clients, 3, dead);
  const janitor = createJanitor(clients.client, prefix);
  expect(await janitor.sweep('a', { delivered: keepAll, dead: keepAll })).toEqual([]);
  expect(await inspector.counts('a')).toMatchObject({ dead: 3 });
});

test('delivered ones of an idle queue go when they are too old', async ({ open, prefix }) => {
  const clients = { client: await open('producer'), consumer: await open('consumer'), prefix };
  const { inspector } = await settled(clients, 3, ok);
  const janitor = createJanitor(clients.client, prefix);
  await janitor.sweep('a', { delivered: { age: -1_000, count: 100 }, dead: keepAll });
  expect(await inspector.boardQueue('a').getCompletedCount()).toBe(0);
});

test('relief removes delivered ones and nothing else', async ({ open, prefix }) => {
  const clients = { client: await open('producer'), consumer: await open('consumer'), prefix };
  const { inspector } = await settled(clients, 2, dead);
  await settled(clients, 3, ok);
  await createProducer(clients.client, prefix).enqueue([aDelivery('a')]);
  expect(await createJanitor(clients.client, prefix).relieve('a')).toBe(3);
  expect(await inspector.counts('a')).toEqual({ waiting: 1, active: 0, delayed: 0, dead: 2 });
});
