/** What happens to a run before its delivery is settled: kept, told to whoever wants it, recorded. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from '@longshore/config';
import { type HistoryEntry, type PreheatRun, tallyOf } from '@longshore/event';
import { connect } from '@longshore/queue';
import { createInspector } from '@longshore/queue/operator';
import { createPreheatRuns } from '@longshore/queue/preheat';
import { eventually, redisUrl, startRedis, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createOwnPublish } from './own-publish.js';
import { createPreheatMemory } from './preheat-memory.js';
import { observed } from './testing/parts.js';

const TARGETS = [{ name: 'mirror', kind: 'pull-through', url: 'http://mirror' }];
const REGISTRY = { registry: { url: 'https://registry.example.com' } };
const ENDPOINTS = [
  {
    name: 'warm',
    kind: 'preheat',
    accept: ['event', 'other'],
    preheat: { ...REGISTRY, keep: 1, targets: TARGETS },
  },
  {
    name: 'loop',
    kind: 'preheat',
    accept: ['event', 'other'],
    preheat: { ...REGISTRY, actions: ['push', 'preheat.succeeded'], targets: TARGETS },
  },
  { name: 'scans', url: 'http://hook.example.com/', accept: ['event', 'other'] },
  {
    name: 'failures',
    url: 'http://hook.example.com/',
    accept: ['other'],
    ignore: { actions: ['preheat.succeeded'] },
  },
  { name: 'pushes', url: 'http://hook.example.com/' },
];

const parts: PreheatRun['parts'] = [
  {
    target: 'mirror',
    role: 'layer',
    digest: 'sha256:b',
    result: 'failed',
    reason: 'http_503',
    detail: 'busy',
  },
  { target: 'mirror', role: 'manifest', digest: 'sha256:a', result: 'warmed', bytes: 5 },
];
const aRun: PreheatRun = {
  id: 'run-1',
  endpoint: 'warm',
  deliveryId: 'd',
  repository: 'team/api',
  tag: '1.0',
  digest: 'sha256:a',
  result: 'succeeded',
  receivedAt: 1_000,
  startedAt: 2_000,
  finishedAt: 3_000,
  tally: tallyOf(parts),
  parts,
};

async function configOf(prefix: string): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'longshore.yml');
  await writeFile(file, JSON.stringify({ notifications: { endpoints: ENDPOINTS }, redis: { prefix } }));
  const { config, problems } = readConfig(file, {});
  if (!config) throw new Error(JSON.stringify(problems));
  return config;
}

async function memoryOn(url = redisUrl(), giveUp?: number) {
  const prefix = testPrefix();
  const config = await configOf(prefix);
  const client = connect({ url }, 'consumer', () => {});
  const producer = connect({ url }, 'producer', () => {});
  await eventually(() => client.status === 'ready' && producer.status === 'ready');
  const inspector = createInspector(client, prefix);
  onTestFinished(async () => {
    await inspector.close();
    client.disconnect();
    producer.disconnect();
  });
  const { observer, lines } = observed();
  const noted: HistoryEntry[] = [];
  const trail = { note: (entry: HistoryEntry) => void noted.push(entry) };
  const { publish } = createOwnPublish({ client: producer, prefix, observer, trail });
  const memory = createPreheatMemory({
    ...{ client, config: () => config, endpoint: 'warm', observer, publish },
    ...(giveUp !== undefined && { giveUp }),
  });
  const queued = async (endpoint: string) =>
    (await inspector.boardQueue(endpoint).getWaiting()).map(({ data }) => data.payload.event);
  return { memory, lines, noted, queued, runs: createPreheatRuns(client, prefix), client, prefix };
}

const signal = new AbortController().signal;

test('a run is an event for the endpoints that take other events, and never for a preheat endpoint', async () => {
  const { memory, queued, lines, noted } = await memoryOn();
  await memory.keepRun({ ...aRun, result: 'partial', detail: '1 of 2 parts failed' }, signal);
  const [event] = await queued('scans');
  expect(event).toMatchObject({
    action: 'preheat.partial',
    timestamp: new Date(3_000).toISOString(),
    target: { repository: 'team/api', tag: '1.0', digest: 'sha256:a' },
    body: {
      endpoint: 'warm',
      result: 'partial',
      blobs: 2,
      warmed: 1,
      failed: 1,
      bytes: 5,
      targets: ['mirror'],
      failedparts: [{ target: 'mirror', digest: 'sha256:b', reason: 'http_503', detail: 'busy' }],
    },
  });
  expect(await queued('failures')).toEqual([event]);
  for (const endpoint of ['warm', 'loop', 'pushes']) expect(await queued(endpoint), endpoint).toEqual([]);
  const records = ['delivery.ignored', 'event.received', 'preheat.finished'];
  expect(lines.map(({ record }) => record)).toEqual(records);
  expect(lines[1]).toMatchObject({
    source: 'longshore',
    accepted: 1,
    enqueued: 2,
    duplicates: 0,
    ignored: 1,
  });
  // `longshore trace` finds it, with the endpoints that it went to.
  expect(noted).toMatchObject([
    {
      step: 'received',
      source: 'longshore',
      planned: [{ endpoint: 'scans' }, { endpoint: 'failures' }],
      ignored: [{ endpoint: 'pushes', rule: 'accept' }],
    },
  ]);
});

test('the rules of the endpoint hold for it as for every event', async () => {
  const { memory, queued } = await memoryOn();
  await memory.keepRun(aRun, signal);
  expect(await queued('scans')).toMatchObject([{ action: 'preheat.succeeded' }]);
  expect(await queued('failures')).toEqual([]);
});

test('the same run told again after a crash is the same event, and one run', async () => {
  const { memory, queued, runs, lines } = await memoryOn();
  await memory.keepRun(aRun, signal);
  await memory.keepRun(aRun, signal);
  expect(await queued('scans')).toHaveLength(1);
  expect(lines.filter(({ record }) => record === 'event.received')[1]).toMatchObject({
    enqueued: 0,
    duplicates: 1,
  });
  await memory.keepRun({ ...aRun, id: 'run-2' }, signal);
  expect(await queued('scans')).toHaveLength(2);
  expect(await runs.list('warm')).toMatchObject([{ id: 'run-2' }]);
});

test.each(['skipped', 'dryrun'] as const)('a run that is %s is kept, and no event', async (result) => {
  const { memory, queued, runs } = await memoryOn();
  await memory.keepRun({ ...aRun, result }, signal);
  expect(await queued('scans')).toEqual([]);
  expect(await runs.list('warm')).toMatchObject([{ result }]);
});

test('a Redis that is full is waited for: the event is there before the run counts as told', async () => {
  const redis = await startRedis();
  const { memory, queued, lines } = await memoryOn(redis.url);
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
  const telling = memory.keepRun(aRun, signal);
  await expect(memory.pause('r', Date.now() + 1_000)).rejects.toThrow(/OOM/);
  await eventually(() => lines.length > 0);
  expect(lines).toMatchObject([
    { level: 'warn', endpoint: 'warm', run: 'run-1', reason: expect.stringContaining('OOM') },
  ]);
  await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
  await telling;
  expect(await queued('scans')).toHaveLength(1);
  // Several tries were one line.
  expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1);

  const bounded = await memoryOn(redis.url, 0);
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
  await expect(bounded.memory.keepRun(aRun, signal)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
});

test('what is no trouble of Redis ends at once', async () => {
  const { memory, client, prefix, lines } = await memoryOn();
  await memory.keepRun(aRun, signal);
  const [runs] = await client.keys(`${prefix}:*~preheat:runs`);
  await client.set(String(runs), 'no list');
  const began = lines.length;
  await expect(memory.keepRun({ ...aRun, id: 'run-2' }, signal)).rejects.toThrow(/WRONGTYPE/);
  expect(lines.slice(began)).toEqual([]);
});
