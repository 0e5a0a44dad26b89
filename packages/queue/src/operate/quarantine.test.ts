import { expect } from 'vitest';
import { redisTest as test } from '../testing/redis-test.js';
import {
  createQuarantine,
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

test('above the most entries the oldest goes, and its id is told', async ({ open, prefix }) => {
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

test('a body above 1 MiB is cut, and its size is still told', async ({ open, prefix }) => {
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
