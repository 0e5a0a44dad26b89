import { openArchive } from '@longshore/archive';
import { createArchiveWriter } from '@longshore/archive/write';
import { startPostgres, testDatabase } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { aDelivery, anAttempt } from '../testing/builders.js';
import { openArchiveSink } from './index.js';

const KEEP = { body: true, addresses: 'full', partition: 'month', retention: 0 } as const;

async function anArchiveSink(url: string) {
  const archive = openArchive({ connection: { url }, onError: () => {} });
  const sink = openArchiveSink({ writer: createArchiveWriter(archive, KEEP) });
  onTestFinished(async () => {
    await sink.close();
    await archive.close();
  });
  return { archive, sink };
}

const push = (id: string) => aDelivery({ eventId: id });

test('a batch is delivered, and what was there already is said to be', async () => {
  const { archive, sink } = await anArchiveSink(await testDatabase());
  await archive.migrate();
  expect(await sink.send([push('a'), push('b')], anAttempt())).toEqual([
    { kind: 'delivered', reason: 'archived' },
    { kind: 'delivered', reason: 'archived' },
  ]);
  expect(await sink.send([push('a'), push('c')], anAttempt())).toEqual([
    { kind: 'delivered', reason: 'archive_duplicate' },
    { kind: 'delivered', reason: 'archived' },
  ]);
  expect(await sink.send([], anAttempt())).toEqual([]);
});

test('an event that PostgreSQL will never take is dead alone', async () => {
  const { archive, sink } = await anArchiveSink(await testDatabase());
  await archive.migrate();
  await archive.pool.query(`alter table event add check (event_id is distinct from 'poison')`);
  const ids = ['a', 'b', 'poison', 'c', 'd', 'e', 'f'];
  const results = await sink.send(ids.map(push), anAttempt());
  const dead = { kind: 'dead', reason: 'archive_rejected', detail: expect.stringMatching(/23514.*retry/) };
  const stored = { kind: 'delivered', reason: 'archived' };
  expect(results).toEqual(ids.map((id) => (id === 'poison' ? dead : stored)));
});

test('an outage of PostgreSQL is no attempt, however long: all wait together, longer each time', async () => {
  const postgres = await startPostgres();
  const { archive, sink } = await anArchiveSink(await postgres.database());
  await archive.migrate();
  await postgres.kill9();
  const began = Date.now();
  for (const pauseMs of [500, 1_000, 2_000, 4_000, 5_000, 5_000]) {
    const [first, second] = await sink.send([push('a'), push('b')], anAttempt({ number: 1_000, last: true }));
    expect(first).toMatchObject({ kind: 'deferred', ours: 'archive', why: expect.stringMatching(/\w/) });
    expect(second).toBe(first);
    const until = typeof first === 'object' && first.kind === 'deferred' ? first.until : 0;
    expect(until).toBeGreaterThanOrEqual(began + pauseMs);
    expect(until).toBeLessThanOrEqual(Date.now() + pauseMs);
  }
  await postgres.start();
  expect(await sink.send([push('a')], anAttempt())).toMatchObject([{ kind: 'delivered' }]);
});

test('an abort ends what waits for PostgreSQL, and nothing is written afterwards', async () => {
  const postgres = await startPostgres();
  const url = await postgres.database();
  const { archive, sink } = await anArchiveSink(url);
  await archive.migrate();
  await sink.send([push('a')], anAttempt());
  const lock = await archive.pool.connect();
  await lock.query('begin; lock table event in exclusive mode');
  const shutdown = new AbortController();
  const sending = sink.send([push('b'), push('c')], anAttempt({ signal: shutdown.signal }));
  await expect
    .poll(() => postgres.sql(`select count(*) from pg_stat_activity where wait_event_type = 'Lock'`))
    .toContain('1');
  shutdown.abort();
  expect(await sending).toEqual(['aborted', 'aborted']);
  await lock.query('rollback');
  lock.release();
  await sink.close();
  await sink.close();
  expect(await sink.send([push('d')], anAttempt())).toEqual(['aborted']);
});
