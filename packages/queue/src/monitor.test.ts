import { eventually, startRedis } from '@longshore/testkit';
import { expect, onTestFinished } from 'vitest';
import { createMonitor, type Monitor, type RedisHealth } from './monitor.js';
import { redisTest as test } from './testing/redis-test.js';

/** A look that hangs is given up after three seconds, and begins one second after the one before. */
const AFTER_A_LOOK = { timeout: 90_000 };

function watch(client: Parameters<typeof createMonitor>[0]): { monitor: Monitor; turns: RedisHealth[] } {
  const turns: RedisHealth[] = [];
  const monitor = createMonitor(client, (health) => turns.push(health));
  onTestFinished(() => monitor.close());
  return { monitor, turns };
}

test('Redis that goes away and comes back is reported once each', async ({ open }) => {
  const redis = await startRedis();
  const { monitor, turns } = watch(await open('producer', { url: redis.url }));
  await eventually(() => monitor.health.up);
  await redis.kill();
  await eventually(() => !monitor.health.up);
  await redis.restart();
  await eventually(() => monitor.health.up);
  expect(turns.map(({ up }) => up)).toEqual([true, false, true]);
});

test('a Redis that hangs counts as away', async ({ open }) => {
  const redis = await startRedis();
  const { monitor } = watch(await open('producer', { url: redis.url }));
  await eventually(() => monitor.health.up);
  redis.pause();
  onTestFinished(() => redis.resume());
  await eventually(() => !monitor.health.up, undefined, AFTER_A_LOOK);
});

test('from 80 % of maxmemory on nothing is taken until there is room again', async ({ open }) => {
  const redis = await startRedis({ maxmemory: '100mb' });
  const { monitor } = watch(await open('producer', { url: redis.url }));
  await eventually(() => monitor.health.up);
  expect(() => monitor.assertTakes(1)).not.toThrow();
  await redis.cli('SETRANGE', 'ballast', String(85 * 1024 * 1024), 'x');
  await eventually(() => monitor.health.memory > 0.8);
  expect(() => monitor.assertTakes(1)).toThrow(expect.objectContaining({ code: 'QUEUE_FULL' }));
  await redis.cli('DEL', 'ballast');
  await eventually(() => monitor.health.memory < 0.8);
  expect(() => monitor.assertTakes(1)).not.toThrow();
});

test('a Redis that may evict deliveries takes nothing', async ({ open }) => {
  const settings = { 'maxmemory-policy': 'allkeys-lru' };
  const redis = await startRedis({ maxmemory: '100mb', settings });
  const { monitor } = watch(await open('producer', { url: redis.url }));
  await eventually(() => monitor.health.unsafe);
  expect(() => monitor.assertTakes(1)).toThrow(expect.objectContaining({ code: 'QUEUE_UNSAFE' }));
});

test('a missing append-only file and a missing maxmemory are warned of', async ({ open }) => {
  const redis = await startRedis({ appendonly: false });
  const { monitor } = watch(await open('producer', { url: redis.url }));
  const { warnings } = await eventually(
    () => monitor.health,
    ({ up }) => up,
  );
  expect(warnings.join('\n')).toMatch(/append-only[\s\S]*maxmemory/);
});

test('a burst between two looks is counted, and forgotten at the next look', async ({ open }) => {
  const redis = await startRedis({ maxmemory: '100mb' });
  const { monitor } = watch(await open('producer', { url: redis.url }));
  await eventually(() => monitor.health.up);
  const half = monitor.health.room / 2;
  monitor.assertTakes(half);
  expect(() => monitor.assertTakes(half + 1)).toThrow(expect.objectContaining({ code: 'QUEUE_FULL' }));
  await monitor.check();
  await monitor.check();
  expect(() => monitor.assertTakes(half + 1)).not.toThrow();
});

test('a look that fails does not open the gate', async ({ open }) => {
  const redis = await startRedis({ maxmemory: '100mb' });
  const { monitor } = watch(await open('producer', { url: redis.url }));
  await eventually(() => monitor.health.up);
  await redis.cli('SETRANGE', 'ballast', String(85 * 1024 * 1024), 'x');
  await eventually(() => monitor.health.full);
  redis.pause();
  onTestFinished(() => redis.resume());
  await eventually(() => !monitor.health.up, undefined, AFTER_A_LOOK);
  expect(() => monitor.assertTakes(1)).toThrow(expect.objectContaining({ code: 'QUEUE_FULL' }));
});
