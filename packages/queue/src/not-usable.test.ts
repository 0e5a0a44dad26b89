/** Servers that are there and cannot be used: they read their data back, want a password, or lack slots. */
import { eventually, startRedis, startRedisCluster } from '@longshore/testkit';
import { expect, onTestFinished } from 'vitest';
import type { RedisClient } from './connection.js';
import { createMonitor, troubleIn } from './monitor.js';
import { createProducer } from './producer.js';
import { aDelivery } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';

/** What the monitor and an enqueue say. */
function saying(client: RedisClient, prefix: string) {
  const monitor = createMonitor(client, () => {}, prefix);
  onTestFinished(() => monitor.close());
  const producer = createProducer(client, prefix);
  return {
    trouble: () => troubleIn(monitor.health) ?? '',
    enqueue: (endpoint = 'one') =>
      producer.enqueue([aDelivery(endpoint)]).then(
        () => 'taken',
        ({ code, message }: { code: string; message: string }) => `${code} ${message}`,
      ),
  };
}

test('LOADING: a Redis that reads a large append-only file back', async ({ open, prefix }) => {
  const redis = await startRedis({ appendonly: true });
  const said = saying(await open('producer', { url: redis.url }), prefix);
  expect(await said.enqueue()).toBe('taken');
  await redis.cli('EVAL', `for n = 1, 2000 do redis.call('SET', 'k' .. n, string.rep('x', 1024)) end`, '0');
  await redis.restartLoading();
  await eventually(said.trouble, (words) => words.includes('reading its data back'));
  expect(await said.enqueue()).toMatch(/^QUEUE_UNAVAILABLE .*reading its data back.*the same request again/);
  // One that connects only now.
  const late = saying(await open('producer', { url: redis.url }, { ready: false }), prefix);
  await eventually(late.trouble, (words) => words.includes('reading its data back'));
  await redis.finishLoading();
  await eventually(
    () => said.enqueue(),
    (answer) => answer === 'taken',
  );
  await eventually(() => said.trouble() === '' && late.trouble() === '');
});

test('NOAUTH: a Redis that wants a password', async ({ open, prefix }) => {
  const redis = await startRedis();
  await redis.cli('ACL', 'SETUSER', 'app', 'on', '>pw', '~*', '&*', '+@all');
  await redis.cli('ACL', 'SETUSER', 'default', 'resetpass', '>secret');
  const url = redis.url.replace('redis://', 'redis://app:pw@');
  const allowed = await open('producer', { url });
  const said = saying(await open('producer', { url: redis.url }, { ready: false }), prefix);
  const words = 'Redis wants a password; set it in redis.url and restart';
  await eventually(said.trouble, (seen) => seen === words);
  expect(await said.enqueue()).toBe(`QUEUE_UNAVAILABLE ${words}; then send the same request again`);
  const wrong = await open('producer', { url: url.replace(':pw', ':no') }, { ready: false });
  await eventually(saying(wrong, prefix).trouble, (seen) =>
    /refuses the user name or the password/.test(seen),
  );
  await allowed.call('ACL', 'SETUSER', 'default', 'nopass');
  await eventually(
    () => said.enqueue(),
    (answer) => answer === 'taken',
  );
});

test('CLUSTERDOWN: a Cluster with slots that no master serves', async ({ open, prefix }) => {
  const cluster = await startRedisCluster();
  const said = saying(await open('producer', { cluster: cluster.urls }), prefix);
  const endpoints = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'];
  const answers = async () => Promise.all(endpoints.map((endpoint) => said.enqueue(endpoint)));
  expect(new Set(await answers())).toEqual(new Set(['taken']));
  for (const node of [0, 1, 2]) await cluster.cli(node, 'CLUSTER', 'DELSLOTSRANGE', '0', '5460');
  const words = /the Redis Cluster is down or has slots without a master; look at CLUSTER INFO/;
  await eventually(said.trouble, (seen) => words.test(seen));
  const refused = (await answers()).filter((answer) => answer !== 'taken');
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) expect(answer).toMatch(words);
  await cluster.cli(0, 'CLUSTER', 'ADDSLOTSRANGE', '0', '5460');
  await eventually(answers, (all) => all.every((answer) => answer === 'taken'));
  await eventually(() => said.trouble() === '');
}, 240_000);
