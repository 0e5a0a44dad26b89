/** What the leader does, over a real Redis. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '@longshore/config';
import { readConfig } from '@longshore/config';
import { isIngestRecord } from '@longshore/observe/ingest-record';
import { connect, createMonitor, type RedisClient } from '@longshore/queue';
import { createAgenda, createLeader, createRetention, type Leader } from '@longshore/queue/housekeeping';
import { createJournalReader } from '@longshore/queue/journal';
import { createMemoryHistory } from '@longshore/queue/memory';
import { createInspector } from '@longshore/queue/operator';
import { createProducer } from '@longshore/queue/producer';
import {
  eventually,
  redisUrl,
  startReceiver,
  startRedis,
  type TestRedis,
  testPrefix,
} from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { type HousekeepingParts, startHousekeeping } from './housekeeping.js';
import { aDelivery, nothingOfItsOwn, observed } from './testing/parts.js';
import { createWorker } from './worker.js';

const silent = { note() {}, async sweep() {} };

async function configOf(text: string): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'longshore.yml');
  await writeFile(file, text);
  const { config, problems } = readConfig(file, {});
  if (!config) throw new Error(JSON.stringify(problems));
  return config;
}

interface Started {
  client: RedisClient;
  leader: Leader;
  inspector: ReturnType<typeof createInspector>;
  lines: Record<string, unknown>[];
  close(): Promise<void>;
}

/** The housekeeping of one worker process, with its own connection. */
async function start(
  { url, prefix, yaml = '' }: { url: string; prefix: string; yaml?: string },
  more: Partial<HousekeepingParts> = {},
): Promise<Started> {
  const config = await configOf(`version: 0.1\nredis: { url: "${url}", prefix: ${prefix} }\n${yaml}`);
  const { observer, lines } = observed();
  const client = connect({ url }, 'producer', () => {});
  const monitor = createMonitor(client, () => {});
  await monitor.firstAnswer(30_000);
  const leader = createLeader(client, prefix);
  const inspector = createInspector(client, prefix);
  const keeping = startHousekeeping({
    ...{ config: () => config, leader, inspector, monitor, observer, trail: silent },
    retention: createRetention(client, prefix),
    agenda: createAgenda(client, prefix),
    journal: createJournalReader(client, prefix, isIngestRecord),
    memory: createMemoryHistory(client, prefix),
    ...more,
  });
  const close = async (): Promise<void> => {
    await keeping.close();
    await leader.close();
    monitor.close();
    client.disconnect();
  };
  onTestFinished(close);
  return { client, leader, inspector, lines, close };
}

const ONE = 'notifications: { endpoints: [{ name: one, url: "http://127.0.0.1:9/" }] }';

async function aClient(url: string): Promise<RedisClient> {
  const client = connect({ url }, 'producer', () => {});
  onTestFinished(() => client.disconnect());
  await new Promise((resolve) => client.once('ready', resolve));
  return client;
}

/** Dead deliveries of the endpoint `one`, as a worker leaves them behind. */
async function bury(client: RedisClient, prefix: string, ids: readonly string[], at: number): Promise<void> {
  const { id: _, endpoint, ...data } = aDelivery();
  const last = { attempt: 3, at: '2026-11-21T00:00:00.000Z', reason: 'http_503', status: 503 };
  const fields = { data: JSON.stringify(data), atm: 3, stacktrace: JSON.stringify([JSON.stringify(last)]) };
  for (const id of ids) {
    await client.hset(`${prefix}:{${endpoint}}:${id}`, fields);
    await client.zadd(`${prefix}:{${endpoint}}:failed`, at, id);
  }
}

test('while Redis fills up, delivered jobs go before their time and what waits stays', async () => {
  const redis = await startRedis({ maxmemory: '100mb' });
  const receiver = await startReceiver();
  const prefix = testPrefix();
  const yaml = `notifications: { endpoints: [{ name: one, url: "${receiver.url}" }] }`;
  const config = await configOf(`version: 0.1\nredis: { url: "${redis.url}", prefix: ${prefix} }\n${yaml}`);
  const { observer } = observed();
  const producer = await aClient(redis.url);
  const consumer = connect({ url: redis.url }, 'consumer', () => {});
  onTestFinished(() => consumer.disconnect());
  const inspector = createInspector(producer, prefix);
  const worker = createWorker({
    ...{ client: consumer, observer, pulse: silent, trail: silent, version: '0' },
    ...nothingOfItsOwn,
  });
  await createProducer(producer, prefix).enqueue([aDelivery()]);
  worker.prepare(config)();
  await receiver.received(1);
  const completed = () => inspector.boardQueue('one').getCompletedCount();
  await eventually(completed, (count) => count === 1);
  await worker.close();
  await createProducer(producer, prefix).enqueue([{ ...aDelivery(), id: 'f'.repeat(32) }]);

  const { lines } = await start({ url: redis.url, prefix, yaml });
  await eventually(
    () => inspector.known(),
    (names) => names.includes('one'),
  );
  expect(await completed()).toBe(1);
  await redis.cli('SETRANGE', 'ballast', String(73 * 1024 * 1024), 'x');
  await eventually(completed, (count) => count === 0);
  expect(await inspector.counts('one')).toMatchObject({ waiting: 1 });
  await eventually(() => lines.some(({ msg }) => String(msg).includes('delivered jobs are removed early')));
});

test('each dead delivery that retention removes is recorded and noted in the trail, which is swept itself', async () => {
  const prefix = testPrefix();
  const noted: object[] = [];
  let swept = 0;
  const trail = {
    note: (entry: object) => void noted.push(entry),
    async sweep() {
      swept++;
    },
  };
  const yaml = `${ONE}\nretention: { dead: { age: 1h } }`;
  const client = await aClient(redisUrl());
  await bury(client, prefix, ['old'], Date.now() - 3_700_000);
  await bury(client, prefix, ['young'], Date.now());
  const { lines } = await start({ url: redisUrl(), prefix, yaml }, { trail });
  await eventually(() => noted.length === 1);
  const about = { endpoint: 'one', deliveryId: 'old', eventId: 'event-1' };
  const settled = { ...about, outcome: 'expired', reason: 'http_503' };
  expect(noted).toMatchObject([{ step: 'settled', ...settled, source: 'distribution' }]);
  expect(lines.filter(({ record }) => record === 'delivery.settled')).toMatchObject([
    { ...settled, attempts: 3, action: 'push', repository: 'acme/app' },
  ]);
  expect(swept).toBeGreaterThan(0);
  expect(await client.zrange(`${prefix}:{one}:failed`, '0', '-1')).toEqual(['young']);
});

test('a limit that a reload lowers is applied at once', async () => {
  const prefix = testPrefix();
  const client = await aClient(redisUrl());
  const old = Array.from({ length: 30 }, (_, n) => `dead-${n}`);
  await bury(client, prefix, old, Date.now() - 60_000);
  const head = `version: 0.1\nredis: { url: "${redisUrl()}", prefix: ${prefix} }\n${ONE}\n`;
  let config = await configOf(head);
  const started = await start({ url: redisUrl(), prefix }, { config: () => config });
  await eventually(() => leads(started));
  config = await configOf(`${head}retention: { dead: { count: 5 } }`);
  await eventually(() => started.lines.filter(({ outcome }) => outcome === 'expired').length === 25);
  expect(await client.zcard(`${prefix}:{one}:failed`)).toBe(5);
});

const LEADS = 'this worker leads: it does the housekeeping of all workers';
const leads = ({ lines }: Started): boolean => lines.some(({ msg }) => msg === LEADS);

test('one of two processes leads; when it ends the other finds what has no mark', async () => {
  const prefix = testPrefix();
  const redis = { url: redisUrl(), prefix, yaml: ONE };
  const both = [await start(redis), await start(redis)];
  await eventually(() => both.some(leads));
  const leader = both.find(leads);
  const other = both.find((each) => each !== leader);
  // As by a command that was killed before it set the mark.
  const note = { v: 1, what: 'dropped', at: 1, by: 'me', endpoint: 'one', attempts: 1, reason: 'timeout' };
  await leader?.close();
  await other?.client.rpush(`${prefix}:{one}:~notes`, JSON.stringify({ ...note, deliveryId: 'd' }));
  await eventually(() => other && leads(other));
  await eventually(() => other?.lines.some(({ deliveryId }) => deliveryId === 'd'));
  expect(leader?.lines.filter(({ deliveryId }) => deliveryId === 'd')).toEqual([]);
});

test('a leader that is stopped while it reads a page of notes leaves the page to the next leader at once', async () => {
  const prefix = testPrefix();
  const redis = { url: redisUrl(), prefix, yaml: ONE };
  const client = await aClient(redisUrl());
  const note = { v: 1, what: 'dropped', at: 1, by: 'me', endpoint: 'one', attempts: 1, reason: 'timeout' };
  await client.rpush(`${prefix}:{one}:~notes`, JSON.stringify({ ...note, deliveryId: 'd' }));
  const reader = createJournalReader(client, prefix, isIngestRecord);
  let stopped = false;
  // It continues after its lease: the answer is older than the timeout of the command, and it leads no longer.
  const read: typeof reader.read = async (list) => {
    await reader.read(list);
    stopped = true;
    throw new Error('Command timed out');
  };
  const leads = (): boolean => !stopped;
  const leader = { leads, confirm: async () => leads() };
  const first = await start(redis, { journal: { ...reader, read }, leader });
  await eventually(() => stopped);
  await first.leader.close();
  const second = await start(redis);
  await eventually(() => second.lines.some(({ deliveryId }) => deliveryId === 'd'));
  expect(first.lines.filter(({ deliveryId }) => deliveryId === 'd')).toEqual([]);
});

test('an endpoint that left the configuration is forgotten when its queue is empty, and only then', async () => {
  const prefix = testPrefix();
  const client = await aClient(redisUrl());
  const gone = ['empty', 'dead', 'paused', 'noted'];
  await client.sadd(`${prefix}:{~endpoints}:names`, ...gone);
  await client.zadd(`${prefix}:{dead}:failed`, Date.now(), 'x');
  await client.hset(`${prefix}:{paused}:meta`, 'paused', '1');
  await client.hset(`${prefix}:{noted}:~note-counts`, 'a version to come', '1');
  const { inspector } = await start({ url: redisUrl(), prefix, yaml: ONE }, { forgetAfterMs: 0 });
  await eventually(
    async () => (await inspector.known()).sort(),
    (known) => !known.includes('empty') && known.includes('one'),
  );
  expect((await inspector.known()).sort()).toEqual(expect.arrayContaining(['dead', 'one', 'paused']));
});

test('at rest two workers with 200 endpoints send a few commands a second', async () => {
  const redis = await startRedis();
  const prefix = testPrefix();
  const client = await aClient(redis.url);
  const names = Array.from({ length: 200 }, (_, n) => `endpoint-${n}`);
  await client.sadd(`${prefix}:{~endpoints}:names`, ...names);
  // Each of them has had its deliveries, and they are kept for a day.
  for (const name of names) await client.zadd(`${prefix}:{${name}}:completed`, Date.now(), 'x');
  const both = [
    await start({ url: redis.url, prefix, yaml: ONE }),
    await start({ url: redis.url, prefix, yaml: ONE }),
  ];
  await eventually(() => both.some(leads));
  // The new leader has visited each endpoint once: three reads of a sorted set for each visit.
  await eventually(async () => ((await callsOf(redis)).get('zrange') ?? 0) >= 2 * 201);
  await eventually(async () => (await callsOf(redis)).has('exists'));
  await redis.cli('CONFIG', 'RESETSTAT');
  // Once a turn, which is once a second.
  const turns = (calls: Map<string, number>): number => calls.get('spop') ?? 0;
  const calls = await eventually(
    () => callsOf(redis),
    (seen) => turns(seen) >= 5,
  );
  const sum = [...calls.values()].reduce((total, count) => total + count, 0);
  expect(sum / turns(calls)).toBeLessThan(10);
});

/** How often each command was called, also by scripts; without those of the monitor and of this test. */
async function callsOf(redis: TestRedis): Promise<Map<string, number>> {
  const found = String(await redis.cli('INFO', 'commandstats')).matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm);
  const calls = new Map(Array.from(found, ([, name = '', count]) => [name, Number(count)]));
  // The monitor's probe, once a second: a script that tries to write.
  const probes = calls.get('xadd') ?? 0;
  calls.set('evalsha', (calls.get('evalsha') ?? 0) - probes);
  for (const name of ['xadd', 'zadd', 'info', 'config|get', 'config|resetstat']) calls.delete(name);
  return calls;
}
