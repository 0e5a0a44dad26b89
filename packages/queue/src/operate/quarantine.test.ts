import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { redisTest as test } from '../testing/redis-test.js';
import {
  createQuarantine,
  type Quarantine,
  type QuarantineEntry,
  type QuarantineFilter,
  quarantineLimits,
} from './quarantine.js';

const entry = (body: string | Buffer, more: Partial<QuarantineEntry> = {}): QuarantineEntry => ({
  source: 'distribution',
  kind: 'distribution',
  reason: 'the body is not JSON',
  receivedAt: 1_000,
  path: '/registry/notifications',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(body),
  ...more,
});

test('an entry is kept with its reason and its exact bytes', async ({ open, prefix }) => {
  const quarantine = createQuarantine(await open('producer'), prefix);
  const bytes = Buffer.from([0, 0xff, 0x7b]);
  const { id, evicted } = await quarantine.put(entry(bytes));
  expect(evicted).toEqual([]);
  const [kept] = await quarantine.list();
  expect(kept).toMatchObject({ id, reason: 'the body is not JSON', bytes: 3, receivedAt: 1_000 });
  expect(Buffer.from(kept?.body ?? '', 'base64')).toEqual(bytes);
});

test('the same body from the same source is one entry', async ({ open, prefix }) => {
  const quarantine = createQuarantine(await open('producer'), prefix);
  const first = await quarantine.put(entry('{'));
  const again = await quarantine.put(entry('{', { receivedAt: 2_000 }));
  const other = await quarantine.put(entry('{', { source: 'harbor' }));
  expect(again.id).toBe(first.id);
  expect(other.id).not.toBe(first.id);
  expect(await quarantine.count()).toBe(2);
});

test('the same body of two events is two entries', async ({ open, prefix }) => {
  const quarantine = createQuarantine(await open('producer'), prefix);
  const ids = ['1', '2', '2'].map(async (identity) => (await quarantine.put(entry('{}', { identity }))).id);
  expect(new Set(await Promise.all(ids)).size).toBe(2);
  expect(await quarantine.list()).toHaveLength(2);
});

test('above the limit the oldest entry is removed and its id reported', async ({ open, prefix }) => {
  const quarantine = createQuarantine(await open('producer'), prefix, () => ({ entries: 2, bytes: 1e6 }));
  const { id } = await quarantine.put(entry('1', { receivedAt: 1 }));
  await quarantine.put(entry('2', { receivedAt: 2 }));
  expect(await quarantine.put(entry('3', { receivedAt: 3 }))).toMatchObject({ evicted: [id] });
  expect((await quarantine.list()).map(({ receivedAt }) => receivedAt)).toEqual([3, 2]);
});

test('above the most bytes as many go as it takes', async ({ open, prefix }) => {
  const quarantine = createQuarantine(await open('producer'), prefix, () => ({ entries: 100, bytes: 2_600 }));
  for (let n = 1; n <= 4; n++) await quarantine.put(entry(`${n}`, { receivedAt: n }));
  const { evicted } = await quarantine.put(entry('x'.repeat(1_500), { receivedAt: 5 }));
  expect(evicted.length).toBeGreaterThan(1);
  expect(await quarantine.count()).toBe(5 - evicted.length);
});

/** Bodies of a source that are kept, oldest first. */
const bodiesOf = async (quarantine: Quarantine, source: string): Promise<string[]> =>
  (await quarantine.list(2_000))
    .filter((one) => one.source === source)
    .map(({ body }) => Buffer.from(body, 'base64').toString())
    .reverse();

test('a source that fills quarantine removes entries of its own, and none of another', async ({
  open,
  prefix,
}) => {
  const quarantine = createQuarantine(await open('producer'), prefix, () => ({ entries: 20, bytes: 1e6 }));
  for (let n = 0; n < 3; n++) await quarantine.put(entry(`quiet ${n}`, { source: 'b', receivedAt: n }));
  for (let n = 0; n < 50; n++) {
    const { evicted } = await quarantine.put(entry(`loud ${n}`, { source: 'a', receivedAt: 100 + n }));
    expect(evicted).toHaveLength(n < 17 ? 0 : 1);
  }
  expect(await bodiesOf(quarantine, 'b')).toEqual(['quiet 0', 'quiet 1', 'quiet 2']);
  expect(await bodiesOf(quarantine, 'a')).toEqual(Array.from({ length: 17 }, (_, n) => `loud ${n + 33}`));
});

test('a source that comes later gets the room of the one that holds most', async ({ open, prefix }) => {
  const quarantine = createQuarantine(await open('producer'), prefix, () => ({ entries: 10, bytes: 1e6 }));
  for (let n = 0; n < 10; n++) await quarantine.put(entry(`a ${n}`, { source: 'a', receivedAt: n }));
  for (let n = 0; n < 20; n++) await quarantine.put(entry(`b ${n}`, { source: 'b', receivedAt: 50 + n }));
  expect(await bodiesOf(quarantine, 'a')).toEqual(['a 5', 'a 6', 'a 7', 'a 8', 'a 9']);
  expect(await bodiesOf(quarantine, 'b')).toEqual(['b 15', 'b 16', 'b 17', 'b 18', 'b 19']);
});

test('a source of large bodies removes its own when the bytes are used up', async ({ open, prefix }) => {
  const quarantine = createQuarantine(await open('producer'), prefix, () => ({ entries: 100, bytes: 9_000 }));
  for (let n = 0; n < 9; n++) await quarantine.put(entry(`${n}`, { source: 'b', receivedAt: n }));
  for (let n = 0; n < 9; n++) {
    await quarantine.put(entry(`${n}`.repeat(2_000), { source: 'a', receivedAt: 100 + n }));
  }
  expect(await bodiesOf(quarantine, 'b')).toHaveLength(9);
  expect((await bodiesOf(quarantine, 'a')).map((body) => body[0])).toEqual(['7', '8']);
});

test('an entry that was received before all others is kept', async ({ open, prefix }) => {
  const quarantine = createQuarantine(await open('producer'), prefix, () => ({ entries: 2, bytes: 1e6 }));
  const { id } = await quarantine.put(entry('1', { receivedAt: 10 }));
  await quarantine.put(entry('2', { receivedAt: 20 }));
  expect(await quarantine.put(entry('0', { receivedAt: 1 }))).toMatchObject({ evicted: [id] });
  expect(await bodiesOf(quarantine, 'distribution')).toEqual(['0', '2']);
});

/** Stores entries as earlier versions did: without what the shares are counted by. */
async function putAsBefore(client: RedisClient, prefix: string, given: readonly QuarantineEntry[]) {
  const key = (part: string) => storeKey(prefix, 'quarantine', part);
  for (const [n, { body, ...rest }] of given.entries()) {
    const id = n.toString(16).padStart(32, '0');
    const json = JSON.stringify({ id, ...rest, body: body.toString('base64'), bytes: body.length });
    await client.zadd(key('index'), rest.receivedAt, id);
    await client.hset(key('entries'), id, json);
    await client.hset(key('sizes'), id, json.length);
    await client.hincrby(key('sizes'), 'total', json.length);
  }
}

test('what an earlier version stored is listed, dropped, and shared by source', async ({ open, prefix }) => {
  const client = await open('producer');
  const quarantine = createQuarantine(client, prefix, () => ({ entries: 6, bytes: 1e6 }));
  const before = [0, 1, 2, 3, 4].map((n) =>
    entry(`old ${n}`, { source: n === 1 ? 'quiet "one"' : 'a', receivedAt: n }),
  );
  await putAsBefore(client, prefix, before);
  expect(await quarantine.list()).toHaveLength(5);
  expect(await quarantine.drop('0'.repeat(32))).toBe(true);
  for (let n = 0; n < 3; n++) await quarantine.put(entry(`new ${n}`, { source: 'b', receivedAt: 10 + n }));
  expect(await bodiesOf(quarantine, 'quiet "one"')).toEqual(['old 1']);
  expect(await quarantine.count()).toBe(6);
  // an earlier version beside this one removes the oldest and stores another
  await client.zrem(storeKey(prefix, 'quarantine', 'index'), '3'.padStart(32, '0'));
  await putAsBefore(client, prefix, [entry('beside', { source: 'a', receivedAt: 50 })]);
  for (let n = 0; n < 9; n++) await quarantine.put(entry(`more ${n}`, { source: 'b', receivedAt: 60 + n }));
  expect(await bodiesOf(quarantine, 'quiet "one"')).toEqual(['old 1']);
  expect(await bodiesOf(quarantine, 'a')).toContain('beside');
  expect(await quarantine.count()).toBe(6);
});

test('a body above 1 MiB is truncated, and its full size kept', async ({ open, prefix }) => {
  const quarantine = createQuarantine(await open('producer'), prefix);
  await quarantine.put(entry(Buffer.alloc(3 * 1024 * 1024)));
  const [kept] = await quarantine.list();
  expect(kept?.bytes).toBe(3 * 1024 * 1024);
  expect(Buffer.from(kept?.body ?? '', 'base64').length).toBe(1024 * 1024);
});

test('in a small Redis quarantine takes a twentieth of it at most', () => {
  expect(quarantineLimits(20 * 1024 * 1024).bytes).toBe(1024 * 1024);
  expect(quarantineLimits(Number.POSITIVE_INFINITY).bytes).toBe(64 * 1024 * 1024);
});

test('an entry is found and dropped by its id, once, and its room is free again', async ({
  open,
  prefix,
}) => {
  const quarantine = createQuarantine(await open('producer'), prefix, () => ({ entries: 2, bytes: 1e6 }));
  const { id } = await quarantine.put(entry('1'));
  await quarantine.put(entry('2', { receivedAt: 2_000 }));
  expect(await quarantine.get(id)).toMatchObject({ id, receivedAt: 1_000 });
  expect(await quarantine.drop(id)).toBe(true);
  expect(await quarantine.drop(id)).toBe(false);
  expect(await quarantine.get(id)).toBeUndefined();
  expect(await quarantine.put(entry('3', { receivedAt: 3_000 }))).toMatchObject({ evicted: [] });
});

test('entries are walked through by source, time, reason and id, newest first', async ({ open, prefix }) => {
  const quarantine = createQuarantine(await open('producer'), prefix);
  const ids: string[] = [];
  for (let n = 0; n < 25; n++) {
    const source = n % 2 ? 'harbor' : 'nexus';
    const reason = n < 20 ? 'the body is not JSON' : 'action is missing';
    ids.push((await quarantine.put(entry(`${n}`, { receivedAt: n, source, reason }))).id);
  }
  const walked = async (filter: QuarantineFilter) => {
    const found: number[] = [];
    for await (const { receivedAt } of quarantine.each(filter)) found.push(receivedAt);
    return found;
  };
  expect(await walked({})).toEqual(Array.from({ length: 25 }, (_, n) => 24 - n));
  expect(await walked({ since: 10, until: 12 })).toEqual([12, 11, 10]);
  expect(await walked({ source: 'harbor', since: 19 })).toEqual([23, 21, 19]);
  expect(await walked({ reason: (reason) => reason.startsWith('action') })).toEqual([24, 23, 22, 21, 20]);
  expect(await walked({ ids: [ids[3] ?? '', 'f'.repeat(32)] })).toEqual([3]);
});

test('a text is found wherever it stands in a body, and the newest come first', async ({ open, prefix }) => {
  const quarantine = createQuarantine(await open('producer'), prefix);
  const bodies = ['', 'x', 'xy', 'xyz', 'ü', '{"a":'].flatMap((before) => [
    `${before}acme/äpp`,
    `${before}acme/äpp and more`,
  ]);
  for (const [at, body] of [...bodies, 'acme/app', 'acme/ä'].entries()) {
    await quarantine.put(entry(body, { receivedAt: at }));
  }
  const held = async (limit: number) =>
    (await quarantine.holding('acme/äpp', limit)).map(({ receivedAt }) => receivedAt);
  expect(await held(100)).toEqual(bodies.map((_, n) => bodies.length - 1 - n));
  expect(await held(2)).toEqual([bodies.length - 1, bodies.length - 2]);
  expect(await quarantine.holding('acme/nothing', 10)).toEqual([]);
});
