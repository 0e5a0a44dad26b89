import { randomBytes, randomUUID } from 'node:crypto';
import {
  type AttemptedEntry,
  deliveryId,
  entryKey,
  type FeedPage,
  type FeedPosition,
  type HistoryEntry,
  type HistoryFeed,
  type HistoryTerms,
  type ReceivedEntry,
} from '@longshore/event';
import { startPostgres, testDatabase } from '@longshore/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArchive } from '../db/open.js';
import { createHistoryCopier } from './copy.js';
import { createHistoryStore } from './log.js';

const DIGEST = `sha256:${randomBytes(32).toString('hex')}`;
const DAY_MS = 86_400_000;

function received(more: Partial<ReceivedEntry> = {}): ReceivedEntry {
  const eventId = more.eventId ?? randomUUID();
  const planned = ['one', 'two'].map((endpoint) => ({
    endpoint,
    deliveryId: deliveryId({ endpoint, source: 'registry', eventId }),
  }));
  const view = { action: 'push', repository: 'acme/app', tag: '1.0', digest: DIGEST };
  const origin = { source: 'registry', kind: 'distribution', nativeType: 'push' };
  return { step: 'received', at: Date.now(), ...origin, eventId, view, planned, ignored: [], ...more };
}

function delivered(receipt: ReceivedEntry, more: Partial<AttemptedEntry> = {}): AttemptedEntry {
  const [{ endpoint, deliveryId: id } = { endpoint: '', deliveryId: '' }] = receipt.planned;
  const of = { at: receipt.at + 5, endpoint, deliveryId: id, eventId: receipt.eventId, source: 'registry' };
  const result = { attempt: 1, outcome: 'delivered', status: 200, reason: 'http_200', ms: 4 } as const;
  return { step: 'attempted', ...of, ...result, ...more };
}

/** A trail of the test: each entry is a chunk. */
function feedOf(chunks: readonly (readonly HistoryEntry[])[], pageChunks = 2): HistoryFeed {
  return {
    parts: ['trail-0'],
    async after(_part, position): Promise<FeedPage> {
      const from = position ? position.n + 1 : 0;
      const page = chunks.slice(from, from + pageChunks);
      const last: FeedPosition | undefined =
        page.length > 0 ? { at: 1_000, n: from + page.length - 1 } : position;
      return { entries: page.flat(), position: last, more: from + page.length < chunks.length };
    },
  };
}

let template = '';
beforeAll(async () => {
  template = await testDatabase();
  const archive = openArchive({ connection: { url: template }, onError: () => {} });
  await archive.migrate();
  await archive.close();
});

const open = new Set<{ close(): Promise<void> }>();
afterAll(() => Promise.all(Array.from(open, (archive) => archive.close())));

function archiveAt(url: string) {
  const archive = openArchive({ connection: { url }, onError: () => {} });
  open.add(archive);
  return archive;
}

const anArchive = async () => archiveAt(await testDatabase(template));
type TestArchive = Awaited<ReturnType<typeof anArchive>>;

const copierOf = ({ pool }: TestArchive, feed: HistoryFeed, more: object = {}) =>
  createHistoryCopier({ pool, feed, width: () => 'month', retention: () => 0, ...more });

async function copyAll(
  archive: TestArchive,
  chunks: readonly (readonly HistoryEntry[])[],
  more: object = {},
) {
  const copier = copierOf(archive, feedOf(chunks), more);
  while ((await copier.turn()).more) {}
}

async function foundBy({ pool }: TestArchive, terms: HistoryTerms): Promise<HistoryEntry[]> {
  const log = await createHistoryStore(pool).open();
  const found: HistoryEntry[] = [];
  for await (const page of log.having(terms)) found.push(...page.toReversed());
  return found;
}

const steps = (entries: readonly HistoryEntry[]): string[] => entries.map(({ step }) => step);

describe('an entry comes back as it was', () => {
  const receipt = received();
  const [{ deliveryId: id } = { deliveryId: '' }] = receipt.planned;
  const of = { at: receipt.at + 9, endpoint: 'one', deliveryId: id };
  const named = { ...of, eventId: receipt.eventId, source: 'registry' };
  const quarantineId = randomBytes(16).toString('hex');
  const failure = { outcome: 'retry', status: 503, reason: 'http_503', retryAt: 1_800_000_000_000 } as const;
  const all: [string, HistoryEntry][] = [
    ['a receipt', receipt],
    [
      'a receipt with all members',
      received({ takenAt: 5, dedupe: 'a b', remote: '::1', actor: 'ö', by: 'x' }),
    ],
    [
      'a receipt that ignored endpoints',
      received({ planned: [], ignored: [{ endpoint: 'x', rule: 'tag' }] }),
    ],
    ['a receipt without a target', received({ view: { action: 'push' } })],
    [
      'a digest of another algorithm',
      received({ view: { action: 'push', digest: `sha512:${'ab'.repeat(64)}` } }),
    ],
    ['a digest that is none', received({ view: { action: 'push', digest: 'sha256:xyz' } })],
    ['an event id that is no UUID', received({ eventId: 'urn:event/1' })],
    ['an event id with upper case', received({ eventId: randomUUID().toUpperCase() })],
    ['texts that PostgreSQL does not take', received({ eventId: 'a\0b', view: { action: 'p', tag: 'x\0' } })],
    [
      'a long tag',
      received({ view: { action: 'push', repository: 'r', tag: randomBytes(9_000).toString('hex') } }),
    ],
    [
      'a long digest',
      received({ view: { action: 'push', digest: `sha512:${randomBytes(9_000).toString('hex')}` } }),
    ],
    ['a long repository', received({ view: { action: 'push', repository: 'r'.repeat(3_000) } })],
    ['an attempt that arrived', delivered(receipt)],
    ['one of a batch', delivered(receipt, { batch: 7 })],
    [
      'one that failed',
      delivered(receipt, { ...failure, detail: 'd', answer: 'a'.repeat(2_048), view: receipt.view }),
    ],
    ['one of an unknown event', delivered(receipt, { eventId: undefined, source: undefined })],
    ['numbers of another kind', delivered(receipt, { ms: 1.5, status: 99_999, attempt: 2 ** 40 })],
    ['a settlement', { step: 'settled', ...named, outcome: 'dropped', by: 'longshore dead drop' }],
    ['a superseded one', { step: 'settled', ...named, outcome: 'superseded', supersededBy: id }],
    ['a retry', { step: 'retried', ...named, by: 'the dashboard' }],
    ['a stall', { step: 'stalled', ...of }],
    [
      'a quarantined request',
      { step: 'quarantined', at: 9, source: 's', kind: 'k', quarantineId, reason: 'no', bytes: 3 },
    ],
    [
      'one that left quarantine',
      { step: 'unquarantined', at: 9, quarantineId, outcome: 'replayed', by: 'x' },
    ],
    ['a gap', { step: 'gap', at: 9, since: 4, count: 0, why: 'behind' }],
  ];

  let archive: TestArchive;
  beforeAll(async () => {
    archive = await anArchive();
  });

  test.for(all)('%s', async ([, entry]) => {
    await archive.pool.query('truncate history, history_cursor');
    await copyAll(archive, [[entry]]);
    const terms: HistoryTerms =
      entry.step === 'gap'
        ? { gaps: true }
        : 'quarantineId' in entry
          ? { quarantined: [entry.quarantineId] }
          : entry.step === 'received'
            ? { events: [entry.eventId] }
            : { deliveries: [entry.deliveryId] };
    expect((await foundBy(archive, terms)).map(entryKey)).toEqual([entryKey(entry)]);
  });
});

describe('a search', () => {
  test('by event, delivery, repository, tag and digest finds them newest first', async () => {
    const archive = await anArchive();
    const now = Date.now();
    const old = received({ at: now - 40 * DAY_MS });
    const other = received({ at: now, view: { ...old.view, repository: 'acme/other', tag: '2' } });
    await copyAll(archive, [[old], [delivered(old)], [other]]);
    expect(steps(await foundBy(archive, { events: [old.eventId] }))).toEqual(['attempted', 'received']);
    expect(await foundBy(archive, { deliveries: [other.planned[0]?.deliveryId ?? ''] })).toEqual([]);
    expect(await foundBy(archive, { repositories: ['acme/app'] })).toEqual([old]);
    expect(await foundBy(archive, { tags: [{ repository: 'acme/other', tag: '2' }] })).toEqual([other]);
    expect(await foundBy(archive, { tags: [{ repository: 'acme/app', tag: '2' }] })).toEqual([]);
    for (const digest of [DIGEST, DIGEST.slice(7, 19), DIGEST.slice(0, 26).toUpperCase()]) {
      expect([digest, await foundBy(archive, { digests: [digest] })]).toEqual([digest, [other, old]]);
    }
    expect(await foundBy(archive, { repositories: ['acme'], digests: ['0123456789ab'] })).toEqual([]);
  });

  test('goes through many pages, and an entry that two terms find comes once', async () => {
    const archive = await anArchive();
    const at = Date.now();
    const receipts = Array.from({ length: 2_300 }, (_, n) => received({ at: at - (n % 7) }));
    await copyAll(archive, [receipts]);
    const found = await foundBy(archive, { repositories: ['acme/app'], digests: [DIGEST] });
    expect(new Set(found.map(entryKey))).toEqual(new Set(receipts.map(entryKey)));
    expect(found).toHaveLength(2_300);
    expect(found.map((entry) => entry.at)).toEqual(found.map((entry) => entry.at).sort((a, b) => b - a));
  });

  test('says since when there are entries, and up to where the trail is copied', async () => {
    const archive = await anArchive();
    const empty = await createHistoryStore(archive.pool).open();
    expect([empty.since, empty.copied.size]).toEqual([undefined, 0]);
    const old = received({ at: Date.now() - 3 * DAY_MS });
    await copyAll(archive, [[received()], [old]]);
    const log = await createHistoryStore(archive.pool).open();
    expect(log).toMatchObject({ since: old.at, copied: new Map([['trail-0', { at: 1_000, n: 1 }]]) });
  });
});

describe('copying', () => {
  test('the same again adds nothing, also from the beginning and by two at once', async () => {
    const archive = await anArchive();
    const receipts = Array.from({ length: 50 }, () => received());
    const chunks = receipts.map((receipt) => [receipt, delivered(receipt)]);
    await Promise.all([copyAll(archive, chunks), copyAll(archive, chunks)]);
    await archive.pool.query('delete from history_cursor');
    await copyAll(archive, chunks);
    const { rows } = await archive.pool.query('select count(*) as rows from history');
    expect(rows[0]?.rows).toBe(100);
  });

  test('a position never goes back', async () => {
    const archive = await anArchive();
    await copyAll(archive, [[received()], [received()], [received()]]);
    const behind = copierOf(archive, {
      parts: ['trail-0'],
      after: async () => ({ entries: [received()], position: { at: 999, n: 9 }, more: false }),
    });
    await behind.turn();
    const { copied } = await createHistoryStore(archive.pool).open();
    expect(copied.get('trail-0')).toEqual({ at: 1_000, n: 2 });
  });

  test('entries that are older than the retention are left out', async () => {
    const archive = await anArchive();
    const [old, fresh] = [received({ at: Date.now() - 2 * DAY_MS }), received()];
    await copyAll(archive, [[old, fresh]], { retention: () => DAY_MS });
    expect(await foundBy(archive, { repositories: ['acme/app'] })).toEqual([fresh]);
  });

  test('chunks of which nothing is known are passed at once, like any other', async () => {
    const archive = await anArchive();
    const entry = received();
    const copier = copierOf(archive, feedOf([[], [], [], [], [entry]]));
    const turns = [await copier.turn(), await copier.turn(), await copier.turn()];
    expect(turns.map(({ more, entries }) => [more, entries])).toEqual([
      [true, 0],
      [true, 0],
      [false, 1],
    ]);
  });

  test('a quiet relay writes its cursor now and then, so that a gap and quiet differ', async () => {
    const archive = await anArchive();
    let now = Date.now();
    const looks: (number | undefined)[] = [];
    const feed: HistoryFeed = {
      parts: ['trail-0'],
      after: async (_part, position, lookedAt) => {
        looks.push(lookedAt);
        const entries = position ? [] : [received()];
        return { entries, position: { at: 1, n: 0 }, more: false };
      },
    };
    const copier = copierOf(archive, feed, { now: () => now });
    const first = now;
    for (const later of [0, 1_000, 120_000, 1_000]) {
      now += later;
      await copier.turn();
    }
    await copier.turn();
    expect(looks).toEqual([undefined, first, first, first + 121_000, first + 121_000]);
  });

  test('with PostgreSQL stopped in the middle nothing is missing and nothing is twice', async () => {
    const postgres = await startPostgres();
    const archive = archiveAt(await postgres.database());
    await archive.migrate();
    const receipts = Array.from({ length: 20 }, () => received());
    const copier = copierOf(archive, feedOf(receipts.map((receipt) => [receipt])));
    await copier.turn();
    await postgres.kill9();
    await expect(copier.turn()).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
    await expect(createHistoryStore(archive.pool).open()).rejects.toMatchObject({
      code: 'ARCHIVE_UNAVAILABLE',
    });
    await postgres.start();
    while ((await copier.turn()).more) {}
    const found = await foundBy(archive, { repositories: ['acme/app'] });
    expect(found.map(entryKey).sort()).toEqual(receipts.map(entryKey).sort());
  });
});
