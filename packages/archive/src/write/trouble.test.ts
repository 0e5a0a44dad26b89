import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canMount, onEachPostgres, smallDisk, startPostgres } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { isArchiveUnavailable } from '../db/errors.js';
import { openTestArchive, testArchive, unaborted, writerOf } from '../testing/archive.js';
import { delivery, digestOf } from '../testing/deliveries.js';
import { within } from './within.js';

const unavailable = (message: RegExp) => ({
  code: 'ARCHIVE_UNAVAILABLE',
  message: expect.stringMatching(message),
});

/** Every insert of an event raises this. */
const raising = (state: string, only = 'true'): string => `
  create or replace function trouble() returns trigger language plpgsql as $$
    begin if ${only} then raise exception 'could not extend file' using errcode = '${state}'; end if; return new; end $$;
  create or replace trigger trouble before insert on event for each row execute function trouble()`;

onEachPostgres(() => {
  test.each([
    ['disk full', '53100'],
    ['out of memory', '53200'],
    ['read only', '25006'],
    ['shutting down', '57P01'],
    ['an index that is damaged', 'XX001'],
  ])('%s is never the fault of an event', async (_, state) => {
    const archive = await testArchive();
    await archive.pool.query(raising(state));
    const { write } = writerOf(archive);
    await expect(write([delivery(), delivery()], unaborted())).rejects.toMatchObject(
      unavailable(/could not extend/),
    );
    await archive.pool.query('drop trigger trouble on event');
    expect(await write([delivery()], unaborted())).toEqual(['stored']);
  });

  test('rows that PostgreSQL refuses are found by halving, and each says why', async () => {
    const archive = await testArchive();
    await archive.pool.query(raising('22023', `new.tag like 'poison%'`));
    const tags = Array.from({ length: 20 }, (_, n) => (n === 3 || n === 17 ? `poison${n}` : `tag${n}`));
    const results = await writerOf(archive).write(
      tags.map((tag) => delivery({ tag })),
      unaborted(),
    );
    const refused = { rejected: expect.stringMatching(/could not extend file \(22023\)/) };
    expect(results).toEqual(tags.map((tag) => (tag.startsWith('poison') ? refused : 'stored')));
  });

  test('a statement that waits too long for a lock is an outage', async () => {
    const slow = await testArchive();
    const { connectionString: url = '' } = slow.pool.options;
    const archive = openTestArchive(url, { statementTimeout: 200 });
    const lock = await slow.pool.connect();
    await lock.query('begin; lock table event in share row exclusive mode');
    await expect(writerOf(archive).write([delivery()], unaborted())).rejects.toMatchObject(
      unavailable(/statement timeout|lock timeout/),
    );
    await lock.query('rollback');
    lock.release();
    expect(await writerOf(archive).write([delivery()], unaborted())).toEqual(['stored']);
  });

  test('a deadlock with somebody else is tried again', async () => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    await write([delivery({ tag: 'a', digest: digestOf('a') })], unaborted());
    // Raised once: the sequence is not rolled back.
    await archive.pool.query('create sequence once');
    await archive.pool.query(raising('40P01', `nextval('once') = 1`));
    expect(await write([delivery()], unaborted())).toEqual(['stored']);
  });

  test('a partition that retention has dropped is made again', async () => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    await write([delivery()], unaborted());
    await archive.pool.query('drop table event_2026_11');
    expect(await write([delivery()], unaborted())).toEqual(['stored']);
  });
});

test.skipIf(!(await canMount()))(
  'a disk that is really full is an outage, and the same batch is written when there is space',
  async () => {
    const disk = await smallDisk('48m', 'postgres');
    const postgres = await startPostgres();
    // The WAL has space, as on a server whose data is what grew: PostgreSQL still answers.
    await postgres.sql(`create tablespace small location '${disk}'`);
    await postgres.sql('create database full_disk tablespace small');
    const url = new URL(await postgres.database());
    url.pathname = 'full_disk';
    const archive = openTestArchive(url.href);
    await archive.migrate();
    const { write } = writerOf(archive);
    const ballast = join(disk, 'ballast');
    const filled = writeFile(ballast, Buffer.alloc(64 * 2 ** 20));
    await expect(filled).rejects.toMatchObject({ code: 'ENOSPC' });
    const batch = Array.from({ length: 500 }, (_, n) => delivery({ tag: `${n}` }));
    await expect(write(batch, unaborted())).rejects.toMatchObject(unavailable(/No space left on device/));
    await writeFile(ballast, '');
    expect(new Set(await write(batch, unaborted()))).toEqual(new Set(['stored']));
    await archive.close();
    await postgres.remove();
  },
);

test('a server that answers nothing is given up, also with an open connection', async () => {
  const postgres = await startPostgres();
  const archive = openTestArchive(await postgres.database());
  await archive.migrate();
  await archive.pool.query('select 1');
  await postgres.pause();
  const asking = within(unaborted(), () => archive.pool.query('select 1'), 100);
  await expect(asking).rejects.toThrow(/no answer within 0.1 s/);
  const shutdown = new AbortController();
  const writing = writerOf(archive).write([delivery()], shutdown.signal);
  shutdown.abort(new Error('stopping'));
  await expect(writing).rejects.toThrow('stopping');
  await postgres.resume();
  expect(await writerOf(archive).write([delivery()], unaborted())).toEqual(['stored']);
});

test('a connection that breaks between two statements of a transaction ends nothing else', async () => {
  const postgres = await startPostgres();
  const archive = openTestArchive(await postgres.database());
  await archive.migrate();
  const client = await archive.pool.connect();
  await client.query('begin');
  const broken = once(client, 'error');
  await postgres.stop();
  expect(await broken).toMatchObject([{ code: '57P01' }]);
  client.release(new Error('broken'));
  expect(client.listenerCount('error')).toBeGreaterThan(0);
  await expect(writerOf(archive).write([delivery()], unaborted())).rejects.toMatchObject(unavailable(/\w/));
});

test('a database that was restored to before is no other: names are looked up again', async () => {
  const postgres = await startPostgres();
  const archive = openTestArchive(await postgres.database());
  await archive.migrate();
  const { write } = writerOf(archive);
  await write([delivery({ repository: 'acme/new' })], unaborted());
  await postgres.kill9();
  await expect(write([delivery({ repository: 'acme/new' })], unaborted())).rejects.toMatchObject(
    unavailable(/\w/),
  );
  await postgres.start();
  await archive.pool.query(`truncate repository restart identity; insert into repository (source_id, name, first_at,
    last_at) values (1, 'acme/other', now(), now())`);
  await write([delivery({ repository: 'acme/new' })], unaborted());
  const { rows } = await archive.pool.query(
    'select r.name from event e join repository r on r.id = e.repository_id',
  );
  expect(rows.map(({ name }) => name)).toContain('acme/new');
});

test.each([
  [new TypeError('a fault'), false],
  [new Error('Connection terminated unexpectedly'), true],
  [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), true],
  [Object.assign(new Error('x'), { code: '57P03' }), true],
  [Object.assign(new Error('x'), { code: '22P05' }), false],
  [Object.assign(new Error('x'), { code: '54000' }), false],
])('%s', (error, expected) => expect(isArchiveUnavailable(error)).toBe(expected));
