/** Searches over a real PostgreSQL, against a plain filter over the same events. */
import { beforeAll, describe, expect, test } from 'vitest';
import { testArchive, unaborted, writerOf } from '../testing/archive.js';
import { delivery, digestOf, NOON } from '../testing/deliveries.js';
import { chance, HOSTILE, kept, matches, pick, randomDeliveries, timeOf } from '../testing/random.js';
import type { ArchiveReader } from './archive-reader.js';
import { createArchiveReader } from './reader.js';
import type { ArchivedEvent, EventFilter } from './types.js';

const COUNT = 1_500;
const SEED = 20_261_130;

let reader: ArchiveReader;
const deliveries = randomDeliveries(COUNT, SEED);

beforeAll(async () => {
  const archive = await testArchive();
  for (let at = 0; at < COUNT; at += 500)
    await writerOf(archive).write(deliveries.slice(at, at + 500), unaborted());
  await archive.pool.query('analyze');
  reader = createArchiveReader(archive);
});

/** Every page. */
async function everything(
  filter: EventFilter,
  limit = 500,
  first: 'newest' | 'oldest' = 'newest',
): Promise<ArchivedEvent[]> {
  const found: ArchivedEvent[] = [];
  let after: string | undefined;
  do {
    const page = await reader.events(filter, { limit, first, ...(after !== undefined && { after }) });
    if (page.next !== undefined) expect(page.items).toHaveLength(limit);
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return found;
}

const expected = (filter: EventFilter): string[] =>
  deliveries.filter((one) => matches(filter, one)).map(({ eventId }) => eventId.replaceAll('\0', '\uFFFD'));

async function expectSame(filter: EventFilter): Promise<number> {
  const found = await everything(filter);
  const [ids, wanted] = [new Set(found.map(({ id }) => id)), new Set(expected(filter))];
  const faults = {
    twice: found.length - ids.size,
    missing: [...wanted].filter((id) => !ids.has(id)),
    wrong: [...ids].filter((id) => !wanted.has(id)),
  };
  expect(faults, JSON.stringify(filter)).toEqual({ twice: 0, missing: [], wrong: [] });
  const times = found.map(({ at }) => Date.parse(at));
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  return found.length;
}

const DAY_MS = 86_400_000;
const iso = (days: number): string => new Date(NOON - days * DAY_MS).toISOString();
const CHOICES: { [Name in keyof EventFilter]-?: readonly NonNullable<EventFilter[Name]>[] } = {
  text: ['acme', 'app', 'ACME', 'latest', 'ci', digestOf('content 7').slice(7, 15), 'nothing', ...HOSTILE],
  repository: [
    'acme/app',
    'acme/*',
    '**',
    '{team,acme}/**',
    'acme/app?worker',
    '!acme/**',
    'none',
    ...HOSTILE,
  ],
  tag: ['latest', '1.0', 'none', ...HOSTILE.slice(0, -1), 'x'.repeat(128)],
  digest: [
    digestOf('content 7'),
    digestOf('content 9').slice(0, 20),
    digestOf('content 8').slice(7, 16),
    'ffffffffffff',
  ],
  actor: ['ci', 'anna', 'none', ...HOSTILE],
  addr: ['10.1.2.3', '2001:db8::1', '10.1.0.0/16', '203.0.113.9'],
  client: ['containerd', 'GO/1', 'none', ...HOSTILE],
  action: ['pull', 'push', 'mount', 'delete', 'other', 'SCANNING_COMPLETED'],
  source: ['distribution', 'harbor', "it's", 'none'],
  since: [iso(10), iso(1), iso(0.01)],
  until: [iso(9), iso(2), iso(0.5)],
  target: ['image'],
  id: [deliveries[0]?.eventId ?? '', deliveries[1]?.eventId ?? '', 'none'],
};
const NAMES = Object.keys(CHOICES) as (keyof EventFilter)[];

describe('a search finds what a plain filter finds', () => {
  test.each(NAMES)('by %s alone', async (name) => {
    let found = 0;
    for (const wanted of CHOICES[name]) found += await expectSame({ [name]: wanted });
    expect(found).toBeGreaterThan(0);
  });

  test('by several of them', async () => {
    const random = chance(SEED);
    let found = 0;
    for (let n = 0; n < 80; n++) {
      const names = NAMES.filter(() => random() < 0.25);
      const filter = Object.fromEntries(names.map((name) => [name, pick<unknown>(random, CHOICES[name])]));
      found += (await expectSame(filter)) > 0 ? 1 : 0;
    }
    expect(found).toBeGreaterThan(10);
  });

  test('everything, in pages of any length and in both directions', async () => {
    const newest = await everything({}, 499);
    expect(newest).toHaveLength(COUNT);
    const ids = newest.map(({ id }) => id);
    expect(new Set(ids).size).toBe(COUNT);
    expect((await everything({}, 23, 'oldest')).map(({ id }) => id)).toEqual(ids.toReversed());
    const some = newest.filter(({ repository }) => repository?.toLowerCase().includes('app'));
    for (const limit of [4, 50]) {
      expect((await everything({ text: 'app' }, limit)).map(({ id }) => id)).toEqual(
        some.map(({ id }) => id),
      );
    }
  });
});

test('a user whose events are months apart is found on every page', async () => {
  const archive = await testArchive();
  const days = [0, 0.5, 3, 40, 41, 300, 900, 901];
  const sent = days.map((day) => delivery({ at: iso(day), receivedAt: NOON - day * DAY_MS, actor: 'rare' }));
  const others = days.map((day) => delivery({ at: iso(day + 0.1), receivedAt: NOON - day * DAY_MS }));
  await writerOf(archive, { retention: 0 }).write([...sent, ...others], unaborted());
  const own = createArchiveReader(archive);
  const filter = { actor: 'rare', until: iso(-1) };
  const found: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await own.events(filter, { limit: 2, ...(after !== undefined && { after }) });
    found.push(...page.items.map(({ at }) => at));
    after = page.next;
    if (after === undefined) break;
  }
  expect(found.map((at) => (NOON - Date.parse(at)) / DAY_MS)).toEqual(days);
});

test('pages are whole while events are written, late ones among them', async () => {
  const archive = await testArchive();
  const own = createArchiveReader(archive);
  const write = writerOf(archive);
  const earlier = randomDeliveries(300, SEED + 1);
  await write.write(earlier, unaborted());
  const found: string[] = [];
  let after: string | undefined;
  for (let page = 0; ; page++) {
    const { items, next } = await own.events({}, { limit: 20, ...(after !== undefined && { after }) });
    found.push(...items.map(({ source, at, id }) => `${source} ${Date.parse(at)} ${id}`));
    if (next === undefined) break;
    after = next;
    await write.write(randomDeliveries(10, SEED + 100 + page), unaborted());
  }
  expect(new Set(found).size).toBe(found.length);
  const known = new Set(found);
  const keys = earlier.map((one) => `${one.source} ${timeOf(one)} ${kept(one.eventId)}`);
  expect(keys.filter((key) => !known.has(key))).toEqual([]);
});

test('a cursor that was changed, or is of another list, is refused with what to do', async () => {
  const { next = '' } = await reader.events({}, { limit: 1 });
  const { next: ofRepositories = '' } = await reader.repositories({}, { limit: 1 });
  const forged = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const id = '6e5c1f6e-2f4b-4a2e-9a43-0b6f5b3f8a11';
  const cursors = [
    ...['', 'x', `${next}A`, next.slice(0, -2), ofRepositories, next.repeat(20)],
    ...[forged(['e', '2026-02-30T00:00:00Z', id]), forged(['e', "2026-01-01'; --", id])],
    ...[forged(['e', '2026-01-01T00:00:00Z', 'no uuid']), forged(['e', '2026-01-01T00:00:00Z'])],
    ...[forged({ list: 'e' }), forged(['e', ['2026-01-01T00:00:00Z'], id])],
  ];
  for (const after of cursors) {
    const answer = reader.events({}, { limit: 1, after });
    await expect(answer, after).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringMatching(/^after: not a cursor of this list; use `next`/),
    });
  }
});
