import { deliveryOf } from '@longshore/event';
import { startPostgres } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { openTestArchive, testArchive, unaborted, writerOf } from '../testing/archive.js';
import { delivery, NOON, type Said } from '../testing/deliveries.js';
import { createReplayRuns, NO_COUNTS } from './runs.js';
import { createReplaySource, type ReplayWindow } from './source.js';

const at = (seconds: number): string => new Date(NOON + seconds * 1_000).toISOString();

/** An archive with these events, and what a window gives, in pages of two. */
async function archived(events: readonly Said[], options: Parameters<typeof writerOf>[1] = {}) {
  const archive = await testArchive();
  const deliveries = events.map(delivery);
  await writerOf(archive, options).write(deliveries, unaborted());
  const source = createReplaySource(archive.pool);
  const read = async (window: Partial<ReplayWindow> = {}) => {
    const whole = { since: at(-1_000), until: at(1_000), ...window };
    const found = await source.page(whole, undefined, 2);
    for (let page = found; page.length === 2; ) {
      page = await source.page(whole, found.at(-1)?.place, 2);
      found.push(...page);
    }
    return found;
  };
  return { deliveries, read };
}

test('events come oldest first, each once, with the ids that they have at any endpoint', async () => {
  const seconds = [3, 1, 2, 2, 2, 5];
  const { deliveries, read } = await archived(seconds.map((second, n) => ({ at: second, tag: `${n}` })));
  const found = await read();
  const times = found.map(({ place }) => (Date.parse(place.at) - NOON) / 1_000);
  expect(times).toEqual(seconds.toSorted());
  const idOf = (taken: Parameters<typeof deliveryOf>[0]): string => deliveryOf(taken, 'archive').id;
  expect(found.map(({ taken }) => taken && idOf(taken)).toSorted()).toEqual(
    deliveries.map(({ id }) => id).toSorted(),
  );
  const payloads = new Map(deliveries.map(({ eventId, payload }) => [eventId, payload.event]));
  for (const { taken } of found) expect(taken?.payload.event).toEqual(payloads.get(taken?.event.id ?? ''));
});

test('the window is by the time of the event: its begin is included, its end is not', async () => {
  const { read } = await archived([0, 10, 20].map((second) => ({ at: second, tag: `${second}` })));
  const tags = async (window: Partial<ReplayWindow>) =>
    (await read(window)).map(({ taken }) => taken?.event.target.tag);
  expect(await tags({ since: at(0), until: at(20) })).toEqual(['0', '10']);
  expect(await tags({ since: at(10), until: at(20.001) })).toEqual(['10', '20']);
});

test('a repository is a glob, an action is one of four, other, or a name', async () => {
  const { read } = await archived([
    { at: 1, repository: 'acme/app' },
    { at: 2, repository: 'acme/deep/app', action: 'pull' },
    { at: 3, repository: 'other/app', action: 'SCANNING_COMPLETED' },
  ]);
  const names = async (window: Partial<ReplayWindow>) =>
    (await read(window)).map(({ taken }) => taken?.event.target.repository);
  expect(await names({ repository: 'acme/*' })).toEqual(['acme/app']);
  expect(await names({ repository: 'acme/**' })).toEqual(['acme/app', 'acme/deep/app']);
  expect(await names({ repository: 'nothing' })).toEqual([]);
  expect(await names({ action: 'pull' })).toEqual(['acme/deep/app']);
  expect(await names({ action: 'other' })).toEqual(['other/app']);
  expect(await names({ action: 'SCANNING_COMPLETED' })).toEqual(['other/app']);
});

test('an event without its body says so', async () => {
  const { read } = await archived([{ at: 1 }], { body: false });
  expect(await read()).toEqual([{ place: expect.anything(), bytes: 0 }]);
});

test('a run is remembered with its place', async () => {
  const { pool } = await testArchive();
  const runs = createReplayRuns(pool);
  const settings = { endpoint: 'one', since: at(0), until: at(9), force: true, by: 'a test' };
  const run = await runs.begin(settings);
  expect(run).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{8}$/), settings, counts: NO_COUNTS });
  expect(run.place ?? run.endedAt).toBeUndefined();
  const place = { at: '2026-11-30T12:00:00.123456Z', id: '6e5c1f6e-2f4b-4a2e-9a43-0b6f5b3f8a11' };
  const counts = { ...NO_COUNTS, events: 3, enqueued: 2, had: 1 };
  await runs.advance({ id: run.id, place, counts }, false);
  expect(await runs.get(run.id)).toEqual({ ...run, place, counts });
  await runs.advance({ id: run.id, place, counts }, true);
  expect((await runs.get(run.id))?.endedAt).toBeDefined();
  expect(await runs.get('none')).toBeUndefined();
});

test('while PostgreSQL is unavailable all of it says so', async () => {
  const postgres = await startPostgres();
  const archive = openTestArchive(await postgres.database());
  await archive.migrate();
  const runs = createReplayRuns(archive.pool);
  await postgres.kill9();
  const calls = [
    createReplaySource(archive.pool).page({ since: at(0), until: at(1) }, undefined, 1),
    runs.get('x'),
    runs.begin({ endpoint: 'x', since: at(0), until: at(1), force: false, by: '' }),
    runs.advance({ id: 'x', counts: NO_COUNTS }, false),
  ];
  // All at once: one that no one waits for yet would be an error of its own.
  const refused = { code: 'ARCHIVE_UNAVAILABLE' };
  await Promise.all(calls.map((call) => expect(call).rejects.toMatchObject(refused)));
});
