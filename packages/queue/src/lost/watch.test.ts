import { eventually, startRedis, startRedisCluster, type TestRedis } from '@longshore/testkit';
import { expect, onTestFinished } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import { createPauses } from '../operate/pauses.js';
import { createProducer } from '../producer.js';
import { aDelivery } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { oldestKey } from './oldest.js';
import { watchForLoss } from './watch.js';
import type { Loss } from './witness.js';

/** One process that watches. */
function watch(client: RedisClient, prefix: string, endpoints: string[] = []) {
  const inspector = createInspector(client, prefix);
  const pauses = createPauses(client, prefix, inspector);
  const reported: Loss[] = [];
  const watched = watchForLoss({
    ...{ client, prefix, pauses },
    remember: () => inspector.remember(endpoints),
    onLoss: (loss) => reported.push(loss),
  });
  onTestFinished(() => watched.close());
  return { inspector, pauses, reported, ...watched };
}

const clock = async (redis: TestRedis): Promise<number> => {
  const [seconds, micros] = (await redis.cli('TIME')) as string[];
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
};

test('FLUSHALL is reported once, with its window, and settings are written again', async ({
  open,
  prefix,
}) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  const first = watch(client, prefix, ['one', 'two']);
  const second = watch(await open('producer', { url: redis.url }), prefix);
  const producer = createProducer(client, prefix);
  await producer.enqueue([aDelivery('one')]);
  const pause = await first.pauses.pause('two', { by: 'a test', reason: 'repair' });
  const delivered = (await clock(redis)) - 60_000;
  await redis.cli('SET', oldestKey(prefix), String(delivered));
  await Promise.all([first.check(), second.check()]);
  await Promise.all([first.check(), second.check()]);
  const before = await clock(redis);

  await redis.cli('FLUSHALL');
  await eventually(() => first.last() && second.last());
  const [loss, ...others] = [...first.reported, ...second.reported];
  expect(others).toEqual([]);
  expect(loss).toEqual({ from: delivered, until: expect.any(Number), state: 'empty' });
  expect(loss?.until).toBeGreaterThanOrEqual(before);
  expect(second.last()).toEqual(loss);
  await eventually(
    () => first.inspector.known(),
    (known) => ['one', 'two'].every((name) => known.includes(name)),
  );
  await eventually(
    () => first.pauses.get('two'),
    (found) => found !== undefined,
  );
  expect(await first.pauses.get('two')).toEqual(pause);
  await eventually(
    () => redis.cli('HGET', `${prefix}:{one}:meta`, 'opts.maxLenEvents'),
    (max) => max === '100',
  );
  // A process that starts later knows of it, and reports nothing.
  const late = watch(await open('producer', { url: redis.url }), prefix);
  await eventually(() => late.last());
  expect(late.reported).toEqual([]);
});

test('a Redis that comes back empty has lost all since the witness was made', async ({ open, prefix }) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  const started = await clock(redis);
  const watched = watch(client, prefix);
  await watched.check();
  await redis.kill();
  await redis.restart();
  await eventually(() => watched.last());
  const [loss] = watched.reported;
  expect(loss?.state).toBe('empty');
  expect(loss?.from).toBeGreaterThanOrEqual(started);
  expect(loss?.until).toBeGreaterThan(loss?.from ?? 0);
});

test('a Redis that comes back with older data has lost what was written since', async ({ open, prefix }) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  const watched = watch(client, prefix);
  await watched.check();
  await redis.cli('SAVE');
  const count = async () => Number(await redis.cli('HGET', `${prefix}:{~health}:witness`, 'count'));
  const saved = await clock(redis);
  const before = await count();
  // Two more were seen by the process when Redis goes away.
  await eventually(count, (now) => now >= before + 2);
  await watched.check();
  await redis.kill();
  await redis.restart();
  await eventually(() => watched.last());
  const [loss, ...others] = watched.reported;
  expect(others).toEqual([]);
  expect(loss?.state).toBe('older');
  expect(loss?.from).toBeLessThanOrEqual(saved);
  expect(loss?.from).toBeGreaterThan(saved - 5_000);
  expect(loss?.until).toBeGreaterThan(saved);
});

test('a restart that keeps everything is no loss', async ({ open, prefix }) => {
  const redis = await startRedis({ appendonly: true });
  const client = await open('producer', { url: redis.url });
  const watched = watch(client, prefix);
  await watched.check();
  const count = async () => Number(await redis.cli('HGET', `${prefix}:{~health}:witness`, 'count'));
  const before = await eventually(count, (now) => now > 0);
  await redis.kill();
  await redis.restart();
  await eventually(count, (now) => now > before + 1);
  await watched.check();
  expect(watched.last()).toBeUndefined();
});

test('in a Cluster a primary that comes back empty is noticed', async ({ open, prefix }) => {
  const cluster = await startRedisCluster();
  const client = await open('producer', { cluster: cluster.urls });
  const watched = watch(client, prefix);
  const witnesses = () =>
    Promise.all([0, 1, 2].map((node) => cluster.cli(node, 'KEYS', `${prefix}:*:witness`)));
  await eventually(witnesses, (found) => found.every((keys) => (keys as string[]).length === 1));
  await watched.check();
  await cluster.kill(1);
  await cluster.restart(1);
  // A client takes a primary up again when it has something for it.
  const producer = createProducer(client, prefix);
  for (const endpoint of ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta']) {
    await eventually(() => producer.enqueue([aDelivery(endpoint)]));
  }
  await eventually(() => watched.last());
  expect(watched.reported).toHaveLength(1);
}, 240_000);
