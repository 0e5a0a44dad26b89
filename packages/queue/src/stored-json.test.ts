import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { ignoredErrors, type PreheatRun } from '@longshore/event';
import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import { createLeader } from './leader.js';
import { storeKey } from './names.js';
import { createQuarantine } from './operate/quarantine.js';
import { keysOf } from './preheat/keys.js';
import { createPreheatRuns } from './preheat/runs.js';
import { createAlertStore } from './pulse/alert-store.js';
import { redisTest as test } from './testing/redis-test.js';

const unpack = promisify(brotliDecompress);
const ignored = (): number => ignoredErrors().get('queue.stored') ?? 0;

test('a quarantine entry has a version, and a damaged one hides no other', async ({ open, prefix }) => {
  const client = await open('producer');
  const quarantine = createQuarantine(client, prefix);
  const entry = { source: 's', kind: 'k', reason: 'r', path: '/', headers: {}, body: Buffer.from('x') };
  const { id } = await quarantine.put({ ...entry, receivedAt: 1 });
  const other = await quarantine.put({ ...entry, receivedAt: 2, body: Buffer.from('y') });
  const entries = storeKey(prefix, 'quarantine', 'entries');
  expect(JSON.parse((await client.hget(entries, id)) ?? '')).toMatchObject({ v: 1, source: 's' });
  await client.hset(entries, other.id, '{"id":"of another form"}');
  const before = ignored();
  expect((await quarantine.list()).map((kept) => kept.id)).toEqual([id]);
  expect(ignored()).toBe(before + 1);
});

test('a preheat run has a version, and one that cannot be read hides no other', async ({ open, prefix }) => {
  const client = await open('producer');
  const runs = createPreheatRuns(client, prefix);
  const tally = { blobs: 0, bytes: 0, warmed: 0, already: 0, asked: 0, skipped: 0, failed: 0 };
  const times = { receivedAt: 1, startedAt: 2, finishedAt: 3 };
  const run = (id: string): PreheatRun => ({
    id,
    endpoint: 'warm',
    deliveryId: 'd',
    repository: 'r',
    result: 'succeeded',
    ...times,
    tally,
    parts: [],
  });
  for (const id of ['1', '2', '3']) await runs.add(run(id), 5);
  const key = keysOf({ prefix, endpoint: 'warm' })('run');
  const packed = Buffer.from((await client.hget(key, '1')) ?? '', 'base64');
  expect(JSON.parse((await unpack(packed)).toString())).toEqual({ v: 1, ...run('1') });
  await client.hset(key, '2', 'not packed');
  expect(await runs.list('warm')).toEqual([run('3'), run('1')]);
});

test('the state of an alert has a version, and is read without', async ({ open, prefix }) => {
  const client = await open('producer');
  const leader = createLeader(client, prefix, { attemptIntervalMs: 10 });
  const store = createAlertStore(client, prefix, leader);
  await eventually(() => store.claim());
  await store.save(new Map([['a', { since: 1 }]]));
  // english: allow told, a key that earlier versions write too
  const key = storeKey(prefix, 'alerts', 'told');
  expect(JSON.parse((await client.hget(key, 'a')) ?? '')).toEqual({ v: 2, since: 1 });
  await client.hset(key, 'b', '{"since":2}', 'c', '{"v":3,"from":3}');
  expect(await store.read()).toEqual(
    new Map([
      ['a', { since: 1 }],
      ['b', { since: 2 }],
    ]),
  );
  await leader.close();
});
