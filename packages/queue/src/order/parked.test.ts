/** What waits behind others of its order is seen like all that waits, and never stays behind one that is gone. */
import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import { queueKey } from '../names.js';
import { createDeliveries } from '../operate/deliveries.js';
import { createProducer } from '../producer.js';
import { createPulseReader } from '../pulse/pulse-reader.js';
import { createQueuePool } from '../queue-pool.js';
import { createRetention } from '../retention.js';
import { createAgenda } from '../take/agenda.js';
import { aDelivery, consume, ok, retryIn } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';

const LATER_MS = 3_600_000;
const take = { concurrency: 8, order: 'repository', maxBackoffMs: LATER_MS } as const;

/** One repository whose first delivery waits for a retry, and five that wait behind it. */
async function aLane(
  client: RedisClient,
  prefix: string,
  { consumer, closing }: { consumer: RedisClient; closing(one: ReturnType<typeof consume>): unknown },
) {
  const deliveries = Array.from({ length: 6 }, () => aDelivery('a'));
  const ids = deliveries.map(({ id }) => id);
  await createProducer(client, prefix).enqueue(deliveries.map((one) => ({ ...one, order: 'repository' })));
  const got: string[] = [];
  const handle = async ({ id }: { id: string }) => {
    got.push(id);
    return id === ids[0] ? retryIn(LATER_MS) : ok;
  };
  closing(consume(consumer, prefix, 'a', handle, { take }));
  const key = (part: string): string => queueKey(prefix, 'a', part);
  const settled = async () =>
    [await client.zcard(key('prioritized')), await client.zcard(key('delayed'))].join();
  await eventually(settled, (counts) => counts === '5,1');
  return { ids, got, key };
}

test('parked deliveries count as waiting, are listed by arrival, and keep their endpoint known', async ({
  open,
  prefix,
  closing,
}) => {
  const client = await open('producer');
  const { ids } = await aLane(client, prefix, { consumer: await open('consumer'), closing });
  const inspector = createInspector(client, prefix);
  expect(await inspector.counts('a')).toEqual({ waiting: 5, active: 0, delayed: 1, dead: 0 });
  const [pulse] = await createPulseReader(client, prefix).read(['a']);
  expect(pulse).toMatchObject({ waiting: 5, delayed: 1 });
  expect(pulse?.oldestAt).toBeGreaterThan(0);
  expect(await createRetention(client, prefix).isEmpty('a')).toBe(false);

  const deliveries = createDeliveries(client, prefix, inspector);
  const first = await deliveries.page('a', 'waiting', 2);
  const second = await deliveries.page('a', 'waiting', 10, first.next);
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids.slice(1));
  expect(second.next).toBeUndefined();
  expect(await deliveries.find(ids[3] ?? '')).toMatchObject({ state: 'waiting' });
});

test.for<[string, (client: RedisClient, prefix: string, id: string) => Promise<unknown>]>([
  ['removed on the board', (client, prefix, id) => createQueuePool(client, prefix).get('a').remove(id)],
  [
    'cleaned on the board',
    (client, prefix) => createQueuePool(client, prefix).get('a').clean(0, 10, 'delayed'),
  ],
  [
    'deleted by another tool',
    async (client, prefix, id) => {
      await client.zrem(queueKey(prefix, 'a', 'delayed'), id);
      await client.del(queueKey(prefix, 'a', id));
    },
  ],
])('a head that is %s lets the next one go', async ([, remove], { open, prefix, closing }) => {
  const client = await open('producer');
  const { ids, got } = await aLane(client, prefix, { consumer: await open('consumer'), closing });
  await remove(client, prefix, ids[0] ?? '');
  // As the leader does every 15 s.
  await createAgenda(client, prefix).sweep();
  await eventually(() => got.length === ids.length);
  expect(got).toEqual(ids);
});

test('a queue that is drained on the board leaves nothing behind', async ({ open, prefix, closing }) => {
  const client = await open('producer');
  const { ids, got, key } = await aLane(client, prefix, { consumer: await open('consumer'), closing });
  await createQueuePool(client, prefix).get('a').drain(true);
  await createAgenda(client, prefix).sweep();
  expect(await createInspector(client, prefix).counts('a')).toEqual({
    waiting: 0,
    active: 0,
    delayed: 0,
    dead: 0,
  });
  expect(await client.exists(...ids.map(key))).toBe(0);
  expect(await client.keys(`${prefix}:{~bodies}:*`)).toEqual([]);
  // The lane is free again.
  const next = aDelivery('a');
  await createProducer(client, prefix).enqueue([next]);
  await eventually(() => got.at(-1) === next.id);
});
