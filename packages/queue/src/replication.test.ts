import { eventually, startRedis, startRedisCluster, type TestRedis } from '@longshore/testkit';
import { expect, onTestFinished } from 'vitest';
import type { RedisClient } from './connection.js';
import { createMonitor, troubleIn } from './monitor.js';
import { createProducer } from './producer.js';
import { createReplication } from './replication.js';
import { aDelivery } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';

/** Short where a replica is stopped, and long where it is only on a busy machine. */
const SHORT = { replicas: 1, timeout: 100 };
const LONG = { replicas: 1, timeout: 2_000 };

async function withReplica(): Promise<{ primary: TestRedis; replica: TestRedis }> {
  const primary = await startRedis({ settings: { 'repl-diskless-sync-delay': '0' } });
  const replica = await startRedis();
  await replica.cli('REPLICAOF', '127.0.0.1', String(primary.port));
  await eventually(async () => /state=online/.test(String(await primary.cli('INFO', 'replication'))));
  return { primary, replica };
}

const calls = async (redis: TestRedis): Promise<number> =>
  Number(/cmdstat_wait:calls=(\d+)/.exec(String(await redis.cli('INFO', 'commandstats')))?.[1] ?? 0);

const refused = (why: RegExp) =>
  expect.objectContaining({ code: 'QUEUE_UNAVAILABLE', message: expect.stringMatching(why) });

/** Adds a delivery and waits for the replicas, as ingest does for a request. */
async function taken(
  client: RedisClient,
  prefix: string,
  settings: typeof SHORT,
  delivery = aDelivery('one'),
) {
  const replicated = createReplication(client, prefix, () => settings).begin();
  await createProducer(client, prefix).enqueue([delivery]);
  await replicated();
}

test('what is confirmed is on the replica', async ({ open, prefix }) => {
  const { primary, replica } = await withReplica();
  const client = await open('producer', { url: primary.url });
  await taken(client, prefix, LONG);
  expect(await replica.cli('LLEN', `${prefix}:{one}:wait`)).toBe(1);
});

test('a replica that does not answer in time: refused, and confirmed once it answers', async ({
  open,
  prefix,
}) => {
  const { primary, replica } = await withReplica();
  onTestFinished(() => replica.resume());
  const client = await open('producer', { url: primary.url });
  replica.pause();
  const delivery = aDelivery('one');
  await expect(taken(client, prefix, SHORT, delivery)).rejects.toEqual(refused(/^0 of 1 replicas/));
  // It is known now. Another process, whose connection has written nothing of it, must not confirm it either.
  const other = await open('producer', { url: primary.url });
  await expect(taken(other, prefix, SHORT, delivery)).rejects.toEqual(refused(/^0 of 1 replicas/));
  replica.resume();
  await taken(other, prefix, LONG, delivery);
});

test('requests that end together share one WAIT', async ({ open, prefix }) => {
  const { primary } = await withReplica();
  const client = await open('producer', { url: primary.url });
  const replication = createReplication(client, prefix, () => LONG);
  const before = await calls(primary);
  await Promise.all(Array.from({ length: 100 }, () => replication.begin()()));
  expect((await calls(primary)) - before).toBeLessThanOrEqual(2);
});

test('a primary with fewer replicas than `redis.wait` asks for is not ready', async ({ open, prefix }) => {
  const { primary, replica } = await withReplica();
  const client = await open('producer', { url: primary.url });
  const monitor = createMonitor(
    client,
    () => {},
    prefix,
    () => 1,
  );
  onTestFinished(() => monitor.close());
  await eventually(() => monitor.health.up && troubleIn(monitor.health) === undefined);
  await replica.kill();
  await eventually(
    () => troubleIn(monitor.health),
    (words) => words === 'Redis has 0 of 1 replicas that redis.wait asks for; look at its replicas',
  );
});

test('without `redis.wait` nothing is waited for', async ({ open, prefix }) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  await taken(client, prefix, { replicas: 0, timeout: 100 });
  expect(await calls(redis)).toBe(0);
});

test('a connection that broke in between confirms nothing: it may lead to another primary', async ({
  open,
  prefix,
}) => {
  const { primary } = await withReplica();
  const client = await open('producer', { url: primary.url });
  const replicated = createReplication(client, prefix, () => LONG).begin();
  await createProducer(client, prefix).enqueue([aDelivery('one')]);
  await primary.cli('CLIENT', 'KILL', 'TYPE', 'normal');
  await eventually(async () => (await client.ping()) === 'PONG');
  await expect(replicated()).rejects.toEqual(refused(/connection to Redis broke/));
});

test('in a Cluster every primary is asked', async ({ open, prefix }) => {
  const cluster = await startRedisCluster();
  const client = await open('producer', { cluster: cluster.urls });
  const endpoints = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'];
  const replicated = createReplication(client, prefix, () => SHORT).begin();
  await createProducer(client, prefix).enqueue(endpoints.map((endpoint) => aDelivery(endpoint)));
  await expect(replicated()).rejects.toEqual(refused(/^0 of 1 replicas/));
  const marks = () => Promise.all([0, 1, 2].map((node) => cluster.cli(node, 'KEYS', `${prefix}:*:written`)));
  await eventually(marks, (found) => found.every((keys) => (keys as string[]).length === 1));
}, 240_000);
