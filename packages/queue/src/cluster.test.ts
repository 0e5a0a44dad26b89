import { eventually, startRedisCluster } from '@longshore/testkit';
import { expect } from 'vitest';
import { createDeadLetters } from './dead-letters.js';
import { createInspector } from './inspector.js';
import { createJanitor } from './janitor.js';
import { createJournal } from './journal.js';
import { createMonitor } from './monitor.js';
import { createPauses } from './pauses.js';
import { createProducer } from './producer.js';
import { createPulse } from './pulse.js';
import { createPulseReader } from './pulse-reader.js';
import { createQuarantine } from './quarantine.js';
import { bury } from './testing/dead.js';
import { aDelivery, consume, dead, ok, retryIn } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';

test('on a cluster of three masters everything works and endpoints land on different masters', async ({
  open,
  prefix,
  closing,
}) => {
  const cluster = await startRedisCluster();
  const address = { cluster: cluster.urls };
  const client = await open('producer', address);
  const consumer = await open('consumer', address);
  const endpoints = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'];

  const producer = createProducer(client, prefix);
  const deliveries = endpoints.flatMap((endpoint) => [aDelivery(endpoint), aDelivery(endpoint)]);
  await producer.enqueue(deliveries);
  const again = await producer.enqueue(deliveries);
  expect(again.every(({ duplicate }) => duplicate)).toBe(true);

  const keys = await Promise.all([0, 1, 2].map((node) => cluster.cli(node, 'KEYS', `${prefix}:*:wait`)));
  for (const onNode of keys) expect(onNode).not.toHaveLength(0);
  expect(keys.flat()).toHaveLength(endpoints.length);

  const done: string[] = [];
  for (const endpoint of endpoints) {
    const handle = async (_: unknown, { id, number }: { id: string; number: number }) => {
      if (endpoint === 'zeta') return dead;
      if (number === 1) return retryIn(50);
      done.push(id);
      return ok;
    };
    closing(consume(consumer, prefix, endpoint, handle));
  }
  await eventually(() => done.length === 10, undefined, { timeout: 20_000 });
  const inspector = createInspector(client, prefix);
  await eventually(
    () => inspector.counts('zeta'),
    (counts) => counts.dead === 2,
  );

  const expired = await createJanitor(client, prefix).sweep('zeta', {
    delivered: { age: 1_000, count: 1 },
    dead: { age: -1_000, count: 1 },
  });
  expect(expired).toHaveLength(2);
  await inspector.remember(endpoints);
  expect((await inspector.known()).sort()).toEqual([...endpoints].sort());
  const quarantine = createQuarantine(client, prefix);
  const body = Buffer.from('{');
  const from = { source: 's', kind: 'k', reason: 'r', path: '/', headers: {} };
  await quarantine.put({ ...from, receivedAt: 1, body });
  expect(await quarantine.count()).toBe(1);

  const pulse = createPulse(client, prefix);
  for (const endpoint of endpoints) pulse.note(endpoint, { delivered: true });
  await pulse.close();
  const seen = await createPulseReader(client, prefix).read(endpoints);
  expect(seen.map(({ endpoint }) => endpoint)).toEqual(endpoints);
  for (const { lastDeliveredAt } of seen) expect(lastDeliveredAt).toBeGreaterThan(0);

  const monitor = createMonitor(client, () => {});
  expect(await monitor.check()).toMatchObject({ up: true });
  monitor.close();
});

test('on a cluster the dead of all endpoints are one list, and are retried and dropped', async ({
  open,
  prefix,
}) => {
  const cluster = await startRedisCluster();
  const client = await open('producer', { cluster: cluster.urls });
  const inspector = createInspector(client, prefix);
  const letters = createDeadLetters(client, prefix, inspector);
  const journal = createJournal(client, prefix);
  const endpoints = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];
  for (const endpoint of endpoints) await bury(client, prefix, { endpoint, count: 20, from: 1_000 });
  const first = await letters.page({}, 60);
  const second = await letters.page({}, 60, first.next);
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(100);
  expect(await letters.retry({ until: 1_009 }, 'a test', { rate: Number.POSITIVE_INFINITY })).toMatchObject({
    done: 50,
  });
  expect(await letters.drop({}, 'a test')).toMatchObject({ done: 50 });
  expect(await journal.take(endpoints)).toHaveLength(100);
  expect(await inspector.counts('gamma')).toMatchObject({ waiting: 10, dead: 0 });
  const pauses = createPauses(client, prefix, inspector);
  await pauses.pause('alpha', { by: 'a test' });
  expect(await pauses.resume('alpha')).toMatchObject({ by: 'a test' });
}, 60_000);
