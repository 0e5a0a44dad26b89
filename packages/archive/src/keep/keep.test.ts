import { hasTool } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import type { Archive } from '../db/open.js';
import { createAhead, ensurePartitions, listPartitions } from '../db/partitions.js';
import { createArchiveReader } from '../read/reader.js';
import { testArchive, unaborted, writerOf } from '../testing/archive.js';
import { delivery, digestOf, NOON } from '../testing/deliveries.js';
import { exportLines } from './export.js';
import { applyRetention, partitionsBefore, prune } from './retention.js';
import { alone } from './session.js';
import { archiveSize } from './size.js';

const DAY_MS = 86_400_000;
const KEEP_ALL = { retention: 0, history: 0, maxbytes: 0 };
const JULY = Date.parse('2026-07-15T12:00:00Z');
const SEPTEMBER = Date.parse('2026-09-15T12:00:00Z');

/** An event of July, one of September and one of today, of a tag each and of a common one. */
async function threeMonths(): Promise<Archive> {
  const archive = await testArchive();
  const writer = writerOf(archive, { retention: 0 });
  const events = [JULY, SEPTEMBER, NOON].flatMap((time, at) =>
    ['latest', `v${at}`].map((tag) =>
      delivery({ at: new Date(time).toISOString(), receivedAt: time, tag, digest: digestOf(`${at}`) }),
    ),
  );
  const results = await writer.write(events, unaborted());
  expect(results).toEqual(events.map(() => 'stored'));
  return archive;
}

const months = async (archive: Archive, table = 'event'): Promise<string[]> =>
  (await listPartitions(archive.pool))
    .filter((partition) => partition.table === table)
    .map(({ since }) => new Date(since).toISOString().slice(0, 7));

const rowsOf = async (archive: Archive, table: string, column: string): Promise<string[]> => {
  const { rows } = await archive.pool.query(`select ${column} as value from ${table} order by 1`);
  return rows.map(({ value }) => String(value));
};

describe.skipIf(!hasTool('postgres'))('the archive', () => {
  test('drops partitions that are older than the retention, with what was counted in them', async () => {
    const archive = await threeMonths();
    const rules = { ...KEEP_ALL, retention: 75 * DAY_MS };
    const result = await applyRetention(archive.pool, rules, NOON);
    const dropped = result?.dropped.map(({ name, why }) => [name, why]);
    expect(dropped).toContainEqual(['event_2026_07', 'age']);
    expect(dropped).toContainEqual(['pull_session_2026_07', 'age']);
    expect(dropped?.filter(([name]) => !name?.endsWith('_2026_07') || name.startsWith('history'))).toEqual(
      [],
    );
    expect(await months(archive)).toEqual(['2026-09', '2026-11']);
    expect(await rowsOf(archive, 'push_day', 'distinct day')).toEqual(['2026-09-15', '2026-11-30']);
    // The tag of July still points where it did, and its page can say since when.
    expect(await rowsOf(archive, 'tag_state', 'tag')).toEqual(['latest', 'v0', 'v1', 'v2']);
    expect(await rowsOf(archive, 'tag_move', "tag || ' ' || to_char(at, 'MM')")).toEqual([
      'latest 07',
      'latest 09',
      'latest 11',
      'v0 07',
      'v1 09',
      'v2 11',
    ]);
    expect((await applyRetention(archive.pool, rules, NOON))?.dropped).toEqual([]);
  });

  test('what happened to events has a retention of its own, and without one nothing goes', async () => {
    const archive = await threeMonths();
    expect((await applyRetention(archive.pool, KEEP_ALL, NOON))?.dropped).toEqual([]);
    await applyRetention(archive.pool, { ...KEEP_ALL, history: 75 * DAY_MS }, NOON);
    expect(await months(archive)).toEqual(['2026-07', '2026-09', '2026-11']);
    expect(await months(archive, 'history')).toEqual(['2026-09', '2026-11']);
  });

  test('of a tag, moves before the oldest event go but for the newest, and a tag deleted so long ago goes', async () => {
    const archive = await testArchive();
    const writer = writerOf(archive, { retention: 0 });
    const moves = [JULY, JULY + 1_000, JULY + 2_000, NOON].map((time, at) =>
      delivery({
        at: new Date(time).toISOString(),
        receivedAt: time,
        tag: 'latest',
        digest: digestOf(`${at}`),
      }),
    );
    const gone = [
      delivery({ at: new Date(JULY).toISOString(), receivedAt: JULY, tag: 'old', digest: digestOf('old') }),
      delivery({ at: new Date(JULY + 1_000).toISOString(), receivedAt: JULY, tag: 'old', action: 'delete' }),
    ];
    await writer.write([...moves, ...gone], unaborted());
    await applyRetention(archive.pool, { ...KEEP_ALL, retention: 75 * DAY_MS }, NOON);
    expect(await rowsOf(archive, 'tag_move', "tag || ' ' || to_char(at, 'MM-DD HH24:MI:SS')")).toEqual([
      'latest 07-15 12:00:02',
      'latest 11-30 12:00:00',
    ]);
    expect(await rowsOf(archive, 'tag_state', 'tag')).toEqual(['latest']);
  });

  test('an archive that is too large loses its oldest partitions, never that of the present', async () => {
    const archive = await threeMonths();
    await createAhead(archive.pool, 'month', NOON);
    const size = await archiveSize(archive.pool, NOON);
    const seen: string[] = [];
    const one = await applyRetention(archive.pool, { ...KEEP_ALL, maxbytes: size.bytes - 1 }, NOON, {
      onDropped: ({ name }) => seen.push(name),
    });
    expect(one?.dropped).toMatchObject([{ name: 'event_2026_07', why: 'size' }]);
    expect(seen).toEqual(['event_2026_07']);
    expect(one?.tooLarge).toBe(false);
    const all = await applyRetention(archive.pool, { ...KEEP_ALL, maxbytes: 1 }, NOON);
    expect(all?.tooLarge).toBe(true);
    expect(await months(archive)).toEqual(['2026-11', '2026-12', '2027-01']);
    expect(all?.bytes).toBe((await archiveSize(archive.pool, NOON)).bytes);
  });

  test('a drop that was interrupted is finished, and a partition that an operator detached stays', async () => {
    const archive = await threeMonths();
    await archive.pool.query(`
      alter table event detach partition event_2026_07;
      comment on table event_2026_07 is 'Longshore drops this partition';
      alter table event detach partition event_2026_09;
      comment on table event_2026_11 is 'Longshore drops this partition'`);
    const result = await applyRetention(archive.pool, KEEP_ALL, NOON);
    expect(result?.finished).toEqual(['event_2026_07']);
    const tables = await rowsOf(
      archive,
      'pg_tables',
      "case when tablename like 'event_2%' then tablename end",
    );
    expect(tables.filter((name) => name.startsWith('event_'))).toEqual(['event_2026_09', 'event_2026_11']);
    // The mark is gone: who detaches this one later keeps it.
    await archive.pool.query('alter table event detach partition event_2026_11');
    expect((await applyRetention(archive.pool, KEEP_ALL, NOON))?.finished).toEqual([]);
  });

  test('a detach that a search held up is finished by the next run', async () => {
    const archive = await threeMonths();
    const [search, drop] = [await archive.pool.connect(), await archive.pool.connect()];
    await search.query('begin; select count(*) from event');
    await drop.query(
      "set lock_timeout = 100; comment on table event_2026_07 is 'Longshore drops this partition'",
    );
    const detach = drop.query('alter table event detach partition event_2026_07 concurrently');
    await expect(detach).rejects.toMatchObject({ code: '55P03' });
    await search.query('commit');
    search.release();
    drop.release(true);
    expect(await months(archive)).toEqual(['2026-09', '2026-11']);
    expect((await applyRetention(archive.pool, KEEP_ALL, NOON))?.finished).toEqual(['event_2026_07']);
  });

  test('one process drops at a time', async () => {
    const archive = await threeMonths();
    const during = await alone(archive.pool, async () => applyRetention(archive.pool, KEEP_ALL, NOON));
    expect(during).toBeUndefined();
    expect(await applyRetention(archive.pool, KEEP_ALL, NOON)).toBeDefined();
  });

  test('a run that is interrupted while a search holds it up gives its lock and its connection back', async () => {
    const archive = await threeMonths();
    const search = await archive.pool.connect();
    await search.query('begin; select count(*) from event');
    const stop = new AbortController();
    const rules = { ...KEEP_ALL, retention: 75 * DAY_MS };
    const run = applyRetention(archive.pool, rules, NOON, { signal: stop.signal });
    const waits = `select count(*)::int as n from pg_stat_activity where datname = current_database()
      and wait_event_type = 'Lock' and query like '%concurrently%'`;
    await expect.poll(async () => (await archive.pool.query(waits)).rows[0].n).toBe(1);
    stop.abort();
    await expect(run).rejects.toThrow();
    await search.query('commit');
    search.release();
    const again = () => applyRetention(archive.pool, rules, NOON);
    await expect.poll(again, { timeout: 90_000 }).toMatchObject({ tooLarge: false });
    expect(await months(archive)).toEqual(['2026-09', '2026-11']);
  });

  test('pruning drops the partitions that were shown, and only those that are wholly older', async () => {
    const archive = await threeMonths();
    const before = Date.parse('2026-09-30T00:00:00Z');
    const shown = await partitionsBefore(archive.pool, before);
    expect(new Set(shown.map(({ name }) => name.slice(-7)))).toEqual(new Set(['2026_07']));
    expect(await prune(archive.pool, shown)).toHaveLength(shown.length);
    expect(await months(archive)).toEqual(['2026-09', '2026-11']);
  });

  test('its size says what it holds, from when, and what is missing', async () => {
    const archive = await threeMonths();
    await archive.pool.query('analyze event');
    const size = await archiveSize(archive.pool, NOON);
    expect(size).toMatchObject({ events: 6, oldestAt: JULY, newestAt: NOON, ahead: 0, missing: [] });
    expect(size.bytes).toBeGreaterThan(size.partitions.reduce((sum, { bytes }) => sum + bytes, 0));
    await createAhead(archive.pool, 'month', NOON);
    expect((await archiveSize(archive.pool, NOON)).ahead).toBe(2);
    const later = await archiveSize(archive.pool, Date.parse('2027-06-01T00:00:00Z'));
    expect(later.missing).toEqual(expect.arrayContaining(['event', 'history', 'pull_session']));
  });

  test('events are exported as lines in their order, more than a page of them', async () => {
    const archive = await testArchive();
    const events = Array.from({ length: 1_003 }, (_, at) =>
      delivery({ at, id: `id-${at}`, receivedAt: NOON + 2_000_000, tag: 'v1' }),
    );
    await writerOf(archive).write(events, unaborted());
    await ensurePartitions(archive.pool, 'month', [NOON]);
    const lines: string[] = [];
    for await (const page of exportLines(createArchiveReader(archive), {})) lines.push(...page);
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(events.map(({ eventId }) => eventId));
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ action: 'push', body: { id: 'id-0' } });
  });
});
