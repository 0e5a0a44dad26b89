import { expect, test } from 'vitest';
import { testArchive } from '../testing/archive.js';
import { createAhead, ensurePartitions, listPartitions } from './partitions.js';
import { missingRange, rangeAt, suffixOf } from './ranges.js';

const at = (text: string): number => Date.parse(text);

test.each([
  ['month', '2026-12-31T23:59:59.999Z', '2026-12-01', '2027-01-01', '2026_12'],
  ['day', '2026-12-31T23:59:59.999Z', '2026-12-31', '2027-01-01', '2026_12_31'],
  ['month', '2028-02-29T00:00:00Z', '2028-02-01', '2028-03-01', '2028_02'],
] as const)('the %s of %s', (width, time, since, until, suffix) => {
  const range = rangeAt(at(time), width);
  expect(range).toEqual({ since: at(since), until: at(until) });
  expect(suffixOf(range)).toBe(suffix);
});

test('a month that has days gets the day that is missing', () => {
  const day = rangeAt(at('2026-11-03T12:00:00Z'), 'day');
  expect(missingRange(at('2026-11-03T00:00:00Z'), 'month', [day])).toBeUndefined();
  expect(missingRange(at('2026-11-04T12:00:00Z'), 'month', [day])).toEqual(rangeAt(at('2026-11-04'), 'day'));
  expect(missingRange(at('2026-12-04T12:00:00Z'), 'month', [day])).toEqual(
    rangeAt(at('2026-12-04'), 'month'),
  );
});

test('partitions are made ahead, once, by whichever process comes first', async () => {
  const { pool } = await testArchive();
  const now = at('2026-11-30T12:00:00Z');
  await Promise.all([createAhead(pool, 'month', now), createAhead(pool, 'month', now)]);
  const names = (await listPartitions(pool)).filter(({ table }) => table === 'event').map(({ name }) => name);
  expect(names).toEqual(['event_2026_11', 'event_2026_12', 'event_2027_01']);
  await createAhead(pool, 'day', at('2027-01-30T12:00:00Z'));
  const later = (await listPartitions(pool)).filter(({ table }) => table === 'event').map(({ name }) => name);
  expect(later.slice(3)).toEqual([1, 2, 3, 4, 5, 6].map((day) => `event_2027_02_0${day}`));
});

test('a partition that was detached keeps its table, and its month gets another one', async () => {
  const { pool } = await testArchive();
  const moment = at('2026-11-30T12:00:00Z');
  for (let n = 0; n < 3; n++) {
    await ensurePartitions(pool, 'month', [moment]);
    const [attached] = (await listPartitions(pool)).filter(({ table }) => table === 'event');
    expect(attached?.name).toBe(`event_2026_11${['', '_part2', '_part3'][n]}`);
    await pool.query(`alter table event detach partition ${attached?.name}`);
  }
});

test('a partition is made while somebody reads and writes the table', async () => {
  const { pool } = await testArchive();
  const reader = await pool.connect();
  await reader.query('begin; lock table event in row exclusive mode');
  await ensurePartitions(pool, 'month', [at('2026-11-30T12:00:00Z')]);
  await reader.query('rollback');
  reader.release();
  expect(await listPartitions(pool)).not.toEqual([]);
});
