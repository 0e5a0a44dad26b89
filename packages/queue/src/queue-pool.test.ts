import { eventually, startRedis } from '@longshore/testkit';
import { expect, vi } from 'vitest';
import { createInspector } from './inspector.js';
import { endpointsKey } from './names.js';
import { createPauses } from './operate/pauses.js';
import { createProducer } from './producer.js';
import { createQueuePool } from './queue-pool.js';
import { createRetention } from './retention.js';
import { aDelivery } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';

test('all parts of a client share one queue object for each endpoint', async ({ open, prefix }) => {
  const client = await open('producer');
  const inspector = createInspector(client, prefix);
  await inspector.counts('a');
  const listeners = client.listenerCount('error');
  const queue = inspector.boardQueue('a');
  const others = [createQueuePool(client, prefix), createQueuePool(client, prefix)];
  for (const pool of others) expect(pool.ready('a')).toBe(queue);
  await createProducer(client, prefix).enqueue([aDelivery('a')]);
  await createPauses(client, prefix, inspector).get('a');
  await createRetention(client, prefix).promoteOverdue('a', 0);
  expect(client.listenerCount('error')).toBe(listeners);
  // Of another prefix, or of another client, nothing is shared.
  expect(createQueuePool(client, `${prefix}-other`).get('a')).not.toBe(queue);
});

test('a queue whose set-up met an outage is closed and made again', async ({ open, prefix }) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  const pool = createQueuePool(client, prefix);
  // Its first command is not answered in time.
  redis.pause();
  const first = pool.get('a');
  await expect(first.waitUntilReady()).rejects.toThrow();
  await eventually(() => first.closing !== undefined);
  redis.resume();
  const queue = await eventually(() => pool.opened('a'));
  expect(queue).not.toBe(first);
  expect(await queue.getJobCounts('wait')).toEqual({ wait: 0 });
});

test('an endpoint that was forgotten is known again when something is added to it', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const pool = createQueuePool(client, prefix);
  await pool.opened('a');
  await client.srem(endpointsKey(prefix), 'a');
  await pool.opened('a');
  expect(await client.smembers(endpointsKey(prefix))).toEqual([]);
  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 10 * 60_000);
  try {
    await pool.opened('a');
  } finally {
    now.mockRestore();
  }
  expect(await client.smembers(endpointsKey(prefix))).toEqual(['a']);
});
