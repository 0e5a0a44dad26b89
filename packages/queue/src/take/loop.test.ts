import { eventually, startRedis, startTcpProxy } from '@longshore/testkit';
import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import { createProducer } from '../producer.js';
import { aDelivery, consume, dead, ok, takeSettings } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { agendaKey } from './agenda.js';
import { createTakeLoop } from './loop.js';

const deliveries = (endpoint: string, count: number) =>
  Array.from({ length: count }, () => aDelivery(endpoint));

/** Counts what it handles. */
function counted() {
  let count = 0;
  const one = async () => {
    count++;
    return ok;
  };
  return { one, count: () => count };
}

async function info(client: RedisClient, name: string): Promise<number> {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(String(await client.info('all')))?.[1]);
}

/** Calls of each command so far, without those of this test. */
async function commands(client: RedisClient): Promise<Map<string, number>> {
  const found = String(await client.info('commandstats')).matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm);
  return new Map(
    Array.from(found, ([, name = '', calls]): [string, number] => [name, Number(calls)]).filter(
      ([name]) => name !== 'info',
    ),
  );
}

test('an endpoint without backlog costs no connection and no command', async ({ open, prefix, closing }) => {
  const ENDPOINTS = 100;
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  const consumer = await open('consumer', { url: redis.url });
  const connections = await info(client, 'connected_clients');
  const names = Array.from({ length: ENDPOINTS }, (_, n) => `endpoint-${n}`);
  for (const name of names) closing(consume(consumer, prefix, name, async () => ok));
  const producer = createProducer(client, prefix);
  await producer.enqueue(names.map((name) => aDelivery(name)));
  await eventually(
    () => client.zcard(agendaKey(prefix)),
    (left) => left === 0,
  );
  // The subscription is the one that is more.
  expect(await info(client, 'connected_clients')).toBe(connections + 1);
  const before = await commands(client);
  await eventually(
    async () => ((await commands(client)).get('evalsha') ?? 0) - (before.get('evalsha') ?? 0),
    (asked) => asked >= 5,
  );
  // Five questions to the agenda, each of a few commands.
  const after = await commands(client);
  const sum = (calls: ReadonlyMap<string, number>) => [...calls.values()].reduce((all, one) => all + one, 0);
  expect(sum(after) - sum(before)).toBeLessThan(ENDPOINTS / 2);
});

test('a subscription that is lost costs no delivery', async ({ open, prefix, closing }) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  const producer = createProducer(client, prefix);
  const done = counted();
  closing(consume(await open('consumer', { url: redis.url }), prefix, 'a', done.one));
  await redis.cli('ACL', 'SETUSER', 'default', 'resetchannels');
  await redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
  for (let n = 1; n <= 3; n++) {
    await producer.enqueue([aDelivery('a')]);
    await eventually(() => done.count() === n);
  }
});

test('a connection that stays open and gives no answer is noticed, and opened again', async ({
  open,
  prefix,
}) => {
  const redis = await startRedis();
  const proxy = await startTcpProxy(redis.port);
  const client = await open('producer', { url: redis.url });
  const consumer = await open('consumer', { url: `redis://127.0.0.1:${proxy.port}` });
  let stuck = 0;
  const onStuck = (): void => {
    stuck++;
  };
  const loop = createTakeLoop({ client: consumer, prefix, onError() {}, onStuck, stuckAfterMs: 2_000 });
  const done = counted();
  const lane = loop.serve({
    endpoint: 'a',
    take: takeSettings(),
    delivered: { age: 1_000_000, count: 1_000 },
    handle: done.one,
    unreadable: () => dead,
    onError() {},
    onStalled() {},
  });
  const producer = createProducer(client, prefix);
  await producer.enqueue([aDelivery('a')]);
  await eventually(() => done.count() === 1);
  proxy.silence();
  await producer.enqueue([aDelivery('a')]);
  await eventually(() => loop.lastFetchSeconds() > 1.5);
  await eventually(() => done.count() === 2);
  expect(stuck).toBeGreaterThan(0);
  await eventually(() => loop.lastFetchSeconds() < 1.5);
  await lane.close(0);
  loop.close();
});

test('a Redis that lost its data is worked with at once', async ({ open, prefix, closing }) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  const producer = createProducer(client, prefix);
  const errors: Error[] = [];
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const taken: number[] = [];
  const handle = async () => {
    if (taken.push(Date.now()) === 1) await answered;
    return ok;
  };
  const onError = (error: Error) => void errors.push(error);
  const options = { onError, concurrency: 3 };
  closing(consume(await open('consumer', { url: redis.url }), prefix, 'a', handle, options));
  await producer.enqueue([aDelivery('a')]);
  await eventually(() => taken.length === 1);
  await client.flushall();
  answer();
  await producer.enqueue(deliveries('a', 5));
  const queue = createInspector(client, prefix).boardQueue('a');
  await eventually(
    () => queue.getCompletedCount(),
    (count) => count === 5,
  );
  expect(await queue.getGlobalConcurrency()).toBe(3);
  expect(errors).toEqual([]);
});
