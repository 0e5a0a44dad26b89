/** A search of the trail together with an archive that has what the trail has forgotten. */
import {
  type FeedPosition,
  type HistoryEntry,
  type HistoryStore,
  LongshoreError,
  type StoredHistory,
} from '@longshore/event';
import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { redisTest as test } from '../testing/redis-test.js';
import { attempted, noteAll, received } from '../testing/trail.js';
import { termsIn, termsOf } from './terms.js';
import { createTracer } from './tracer.js';

/** An archive of these entries, by the terms of the trail. */
function archiveOf(entries: readonly HistoryEntry[], more: Partial<StoredHistory> = {}): HistoryStore {
  return {
    open: async () => ({
      copied: new Map<string, FeedPosition>(),
      since: Math.min(...entries.map(({ at }) => at)),
      async *having(wanted) {
        const terms = termsIn(wanted);
        yield entries.filter((entry) => termsOf(entry).some((term) => terms.has(term)));
      },
      ...more,
    }),
  };
}

const unavailable: HistoryStore = {
  open: () => Promise.reject(new LongshoreError('ARCHIVE_UNAVAILABLE', 'PostgreSQL is starting up')),
};

const tracerOf = (client: RedisClient, prefix: string, archive: HistoryStore) =>
  createTracer({ client, prefix, sources: () => ['distribution'], archive });

test('what the trail has forgotten is found, and what both have is shown once', async ({ open, prefix }) => {
  const client = await open('producer');
  const old = received({ at: Date.now() - 90 * 86_400_000 });
  const fresh = received();
  await noteAll(client, prefix, [fresh, attempted(fresh)]);
  const tracer = tracerOf(client, prefix, archiveOf([old, attempted(old), fresh]));
  const { trails, since } = await tracer.find({ search: 'acme/app' });
  expect(trails.map(({ eventId, steps }) => [eventId, steps.map(({ step }) => step)])).toEqual([
    [fresh.eventId, ['received', 'attempted']],
    [old.eventId, ['received', 'attempted']],
  ]);
  expect(trails[1]?.deliveries).toMatchObject([
    { endpoint: 'one', state: 'delivered', attempts: 1 },
    { endpoint: 'two', state: 'unknown' },
  ]);
  expect(since).toBe(new Date(old.at).toISOString());
  expect(await tracer.since()).toBe(old.at);
});

test('a receipt in the archive and an attempt in the trail are one event', async ({ open, prefix }) => {
  const client = await open('producer');
  const receipt = received({ at: Date.now() - 86_400_000 });
  await noteAll(client, prefix, [attempted(receipt, { at: Date.now() })]);
  const { trails } = await tracerOf(client, prefix, archiveOf([receipt])).find({ search: 'acme/app:1.0' });
  expect(trails.map(({ steps }) => steps.map(({ step }) => step))).toEqual([['received', 'attempted']]);
});

test('what is copied is read from the archive alone', async ({ open, prefix }) => {
  const client = await open('producer');
  await noteAll(client, prefix, [received()]);
  const copied = new Map([[`${prefix}:trail-0`, { at: Date.now() + 60_000, n: 0 }]]);
  const tracer = tracerOf(client, prefix, archiveOf([received({ eventId: 'archived' })], { copied }));
  const { trails } = await tracer.find({ search: 'acme/app' });
  expect(trails.map(({ eventId }) => eventId)).toEqual(['archived']);
});

test('what was delivered is known from both', async ({ open, prefix }) => {
  const client = await open('producer');
  const [old, fresh, failed] = [received(), received(), received()];
  await noteAll(client, prefix, [attempted(fresh), attempted(failed, { outcome: 'retry' })]);
  const ids = [old, fresh, failed].map(({ planned }) => planned[0]?.deliveryId ?? '');
  const delivered = await tracerOf(client, prefix, archiveOf([attempted(old)])).delivered(ids);
  expect(delivered).toEqual(new Set(ids.slice(0, 2)));
});

test('an archive that does not answer is named, and the trail is searched', async ({ open, prefix }) => {
  const client = await open('producer');
  const fresh = received();
  await noteAll(client, prefix, [fresh]);
  const tracer = tracerOf(client, prefix, unavailable);
  expect(await tracer.find({ search: 'acme/app' })).toMatchObject({
    trails: [{ eventId: fresh.eventId }],
    unavailable: 'PostgreSQL is starting up',
  });
  for (const asked of [tracer.delivered(['0'.repeat(32)]), tracer.since()]) {
    await expect(asked).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
  }
});

test('a gap that both have is counted once', async ({ open, prefix }) => {
  const client = await open('producer');
  const gap: HistoryEntry = { step: 'gap', at: 2_000, since: 1_000, count: 3, why: 'away' };
  const tracer = tracerOf(client, prefix, archiveOf([gap, gap]));
  expect((await tracer.find({ search: 'acme/app' })).gaps).toMatchObject([{ count: 3, why: 'away' }]);
});
