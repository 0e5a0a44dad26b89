import type { LongshoreError } from '@longshore/event';
import { eventually, startRedisCluster } from '@longshore/testkit';
import { expect } from 'vitest';
import { SCORE_PER_MS } from './bull-script.js';
import type { RedisClient } from './connection.js';
import { createInspector } from './inspector.js';
import { createLeader } from './leader.js';
import { createMonitor } from './monitor.js';
import { queueKey } from './names.js';
import { createDeadLetters } from './operate/dead-letters.js';
import { createPauses } from './operate/pauses.js';
import { createQuarantine } from './operate/quarantine.js';
import { createPreheatStore } from './preheat/memory.js';
import { createProducer } from './producer.js';
import { createPulse } from './pulse/pulse.js';
import { createPulseReader } from './pulse/pulse-reader.js';
import { createRetention } from './retention.js';
import { agendaKey } from './take/agenda.js';
import { bury } from './testing/dead.js';
import { aDelivery, consume, dead, ok, retryIn } from './testing/deliveries.js';
import { readerOf, takeNotes } from './testing/notes.js';
import { redisTest as test } from './testing/redis-test.js';

test('on a cluster of three masters everything works and endpoints land on different masters', {
  timeout: 60_000,
}, async ({ open, prefix, closing }) => {
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

  const fact = { id: 'fact', subject: 'subject', repository: 'repository', change: 'added' } as const;
  const collapse = { fact, window: 10_000 };
  const equal = endpoints.flatMap((endpoint) => [aDelivery(endpoint), aDelivery(endpoint)]);
  const enqueued = await producer.enqueue(equal.map((delivery) => ({ ...delivery, collapse })));
  expect(enqueued.map(({ collapsedInto }) => collapsedInto !== undefined)).toEqual(
    endpoints.flatMap(() => [false, true]),
  );

  const keys = await Promise.all([0, 1, 2].map((node) => cluster.cli(node, 'KEYS', `${prefix}:*:wait`)));
  for (const onNode of keys) expect(onNode).not.toHaveLength(0);
  expect(keys.flat()).toHaveLength(endpoints.length);
  // A script sees one slot, so each endpoint has its own body.
  const bodies = async () =>
    (await Promise.all([0, 1, 2].map((node) => cluster.cli(node, 'KEYS', `${prefix}:*body*`)))).flat();
  expect(await bodies()).toHaveLength(3 * endpoints.length);

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
  await eventually(() => done.length === 15);
  const inspector = createInspector(client, prefix);
  await eventually(
    () => inspector.counts('zeta'),
    (counts) => counts.dead === 3,
  );

  await expectRetention(client, prefix, bodies);
  const leader = createLeader(client, prefix);
  await eventually(() => leader.confirm());
  await leader.close();
  await inspector.remember(endpoints);
  expect((await inspector.known()).sort()).toEqual([...endpoints].sort());
  await expectQuarantine(client, prefix);
  await expectPulses(client, prefix, endpoints);
  await expectPreheatMemory(consumer, prefix);
  const monitor = createMonitor(client, () => {});
  expect(await monitor.check()).toMatchObject({ up: true });
  monitor.close();
});

async function expectRetention(
  client: RedisClient,
  prefix: string,
  bodies: () => Promise<unknown[]>,
): Promise<void> {
  const retention = createRetention(client, prefix);
  let expired = 0;
  for await (const count of retention.expireDead('zeta', { age: -1_000, count: 1 })) expired += count;
  expect(expired).toBe(3);
  await eventually(bodies, (left) => left.length === 0);
  expect(await retention.trimDelivered('alpha', { age: 1_000_000, count: 1 })).toBe(2);
  expect(await retention.look('alpha')).toMatchObject({ dead: 0, delivered: 1 });
  expect(await retention.isEmpty('alpha')).toBe(false);
  expect(await retention.isEmpty('never seen')).toBe(true);
}

async function expectQuarantine(client: RedisClient, prefix: string): Promise<void> {
  const quarantine = createQuarantine(client, prefix);
  const body = Buffer.from('{');
  const from = { source: 's', kind: 'k', reason: 'r', path: '/', headers: {} };
  await quarantine.put({ ...from, receivedAt: 1, body });
  expect(await quarantine.count()).toBe(1);
}

async function expectPulses(
  client: RedisClient,
  prefix: string,
  endpoints: readonly string[],
): Promise<void> {
  const pulse = createPulse(client, prefix);
  for (const endpoint of endpoints) pulse.note(endpoint, { delivered: true });
  await pulse.close();
  const seen = await createPulseReader(client, prefix).read(endpoints);
  expect(seen.map(({ endpoint }) => endpoint)).toEqual(endpoints);
  for (const { lastDeliveredAt } of seen) expect(lastDeliveredAt).toBeGreaterThan(0);
}

async function expectPreheatMemory(client: RedisClient, prefix: string): Promise<void> {
  const store = createPreheatStore({
    client,
    prefix,
    endpoint: 'beta',
    keep: () => 60_000,
    window: () => 60_000,
  });
  const turn = await store.lead('team/api@sha256:1', 'first');
  if (turn.turn !== 'lead') throw new Error(`does not lead: ${turn.turn}`);
  expect((await store.lead('team/api@sha256:1', 'second')).turn).toBe('wait');
  expect(await turn.lease.claim('mirror', 'layer', 1)).toBe('taken');
  await turn.lease.finish('mirror', 'layer', { state: 'warmed', warmFor: 60_000 });
  await turn.lease.settle('warm', true);
  expect((await store.lead('team/api@sha256:1', 'second')).turn).toBe('ended');
}

test('with a master away its endpoints are refused in time, the others go on, and it is taken up again', async ({
  open,
  prefix,
}) => {
  const cluster = await startRedisCluster();
  for (const node of [0, 1, 2]) {
    await cluster.cli(node, 'CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
  }
  const client = await open('producer', { cluster: cluster.urls });
  const producer = createProducer(client, prefix);
  const endpoints = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'];
  await producer.enqueue(endpoints.map((endpoint) => aDelivery(endpoint)));
  const keys = (await cluster.cli(2, 'KEYS', `${prefix}:*:wait`)) as string[];
  const lost = endpoints.filter((endpoint) => keys.includes(`${prefix}:{${endpoint}}:wait`));
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.length).toBeLessThan(endpoints.length);

  await cluster.kill(2);
  for (const endpoint of endpoints) {
    const enqueued = producer.enqueue([aDelivery(endpoint)]).then(
      () => 'taken',
      (error: LongshoreError) => error.code,
    );
    const expected = lost.includes(endpoint) ? 'QUEUE_UNAVAILABLE' : 'taken';
    expect([endpoint, await enqueued]).toEqual([endpoint, expected]);
  }
  await cluster.restart(2);
  for (const endpoint of endpoints) {
    await eventually(() => producer.enqueue([aDelivery(endpoint)]));
  }
}, 240_000);

test('on a cluster the dead of all endpoints are one list, and are retried and dropped', async ({
  open,
  prefix,
}) => {
  const cluster = await startRedisCluster();
  const client = await open('producer', { cluster: cluster.urls });
  const inspector = createInspector(client, prefix);
  const letters = createDeadLetters(client, prefix, inspector);
  const reader = readerOf(client, prefix);
  const endpoints = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];
  for (const endpoint of endpoints) await bury(client, prefix, { endpoint, count: 20, from: 1_000 });
  const first = await letters.page({}, 60);
  const second = await letters.page({}, 60, first.next);
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(100);
  expect(await letters.retry({ until: 1_009 }, 'a test', { rate: Number.POSITIVE_INFINITY })).toMatchObject({
    done: 50,
  });
  expect(await letters.drop({}, 'a test')).toMatchObject({ done: 50 });
  expect((await reader.marked()).sort()).toEqual(endpoints.toSorted());
  // Also without a mark.
  expect((await reader.unread([...endpoints, 'idle'])).sort()).toEqual(endpoints.toSorted());
  expect(await takeNotes(client, prefix, endpoints)).toHaveLength(100);
  expect(await reader.unread(endpoints)).toEqual([]);
  expect(await inspector.counts('gamma')).toMatchObject({ waiting: 10, dead: 0 });
  const pauses = createPauses(client, prefix, inspector);
  await pauses.pause('alpha', { by: 'a test' });
  expect(await pauses.resume('alpha')).toMatchObject({ by: 'a test' });
}, 240_000);

test('on a cluster a retry is in the agenda when it is due', { timeout: 60_000 }, async ({
  open,
  prefix,
  closing,
}) => {
  const address = { cluster: (await startRedisCluster()).urls };
  const client = await open('producer', address);
  // Sooner than the next check for deliveries whose worker died.
  closing(consume(await open('consumer', address), prefix, 'a', async () => retryIn(3_000)));
  const delivery = aDelivery('a');
  await createProducer(client, prefix).enqueue([delivery]);
  const due = async () => {
    const retry = await client.zscore(queueKey(prefix, 'a', 'delayed'), delivery.id);
    const entry = await client.zscore(agendaKey(prefix), 'a');
    return retry && entry ? Number(entry) - Number(retry) / SCORE_PER_MS : Number.POSITIVE_INFINITY;
  };
  await eventually(due, (late) => late < 500);
});
