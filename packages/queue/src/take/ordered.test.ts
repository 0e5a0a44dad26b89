/** With `order: endpoint` the process that takes a retry looks again when it is settled: no other one does. */
import { expect } from 'vitest';
import { queueKey } from '../names.js';
import { createProducer } from '../producer.js';
import { aDelivery, takeSettings } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import type { TakeSettings } from './settings.js';
import { lookAt } from './take-script.js';

const BATCH = { events: 1, waitMs: 0, bytes: 1_000_000 };

test.for<[string, Partial<TakeSettings>, 'wait' | 'delayed']>([
  ['in wait', {}, 'wait'],
  ['in wait, of batches', { batch: BATCH }, 'wait'],
  ['delayed', {}, 'delayed'],
  ['delayed, of batches', { batch: BATCH }, 'delayed'],
])('behind a retry that is taken the next one is %s', async ([, more, place], { open, prefix }) => {
  const client = await open('producer');
  const [first, second] = [aDelivery('a'), aDelivery('a')];
  const settings = JSON.stringify(takeSettings({ order: 'endpoint', ...more }));
  const look = () => lookAt(client, prefix, { endpoint: 'a', token: 'test', free: 8, settings });
  const key = (part: string): string => queueKey(prefix, 'a', part);
  // The order is put in force by a few looks.
  for (let n = 0; n < 3; n++) await look();
  await createProducer(client, prefix).enqueue([first, second].map((one) => ({ ...one, order: 'endpoint' })));
  const failed = place === 'wait' ? [first] : [first, second];
  for (const [n, { id }] of failed.entries()) {
    await client.lrem(key('wait'), 1, id);
    await client.zadd(key('delayed'), (n + 1) * 4096, id);
  }
  const { jobs, wantsSlots } = await look();
  expect(jobs.map(({ id, flag }) => [id, flag])).toEqual([[first.id, 'retry']]);
  expect(wantsSlots).toBe(true);
});
