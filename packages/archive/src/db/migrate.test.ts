import { testDatabase } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { openTestArchive, unaborted, writerOf } from '../testing/archive.js';
import { delivery, NOON } from '../testing/deliveries.js';
import { migrateArchive } from './migrate.js';
import { MIGRATIONS } from './migrations/index.js';
import { ensurePartitions } from './partitions.js';

test('ids of migrations count from 1 without gaps, and no name is there twice', () => {
  expect(MIGRATIONS.map(({ id }) => id)).toEqual(MIGRATIONS.map((_, n) => n + 1));
  expect(new Set(MIGRATIONS.map(({ name }) => name)).size).toBe(MIGRATIONS.length);
});

test('an empty database is migrated by one process, and the others wait for it', async () => {
  const url = await testDatabase();
  const archives = [1, 2, 3].map(() => openTestArchive(url));
  const [archive] = archives;
  await expect(archive?.check()).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
  await Promise.all(archives.map((each) => each.migrate()));
  await archive?.check();
  const applied = await archive?.pool.query('select id from archive_migration order by id');
  expect(applied?.rows).toEqual(MIGRATIONS.map(({ id }) => ({ id })));
});

test.each(MIGRATIONS.slice(0, -1).map(({ id, name }) => [id, name]))(
  'what was written with schema %i (%s) is there with the present one',
  async (version) => {
    const archive = openTestArchive(await testDatabase());
    await migrateArchive(archive.pool, MIGRATIONS.slice(0, version));
    await ensurePartitions(archive.pool, 'month', [NOON]);
    await archive.pool.query(ROWS);
    await expect(archive.check()).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
    await archive.migrate();
    await archive.check();
    expect(await writerOf(archive).write([delivery({ tag: '1' })], unaborted())).toEqual(['stored']);
    expect(await archive.db.selectFrom('event').select('tag').execute()).toEqual([
      { tag: '1' },
      { tag: '1' },
    ]);
    expect(await archive.db.selectFrom('repository').select('name').execute()).toEqual([
      { name: 'acme/app' },
    ]);
  },
);

/** As the first version wrote them. */
const ROWS = `
  insert into source (name, kind) values ('distribution', 'distribution');
  insert into repository (source_id, name, first_at, last_at) values (1, 'acme/app', '2026-11-30Z', '2026-11-30Z');
  insert into event (at, received_at, id, repository_id, source_id, action, kind, tag)
    values ('2026-11-30Z', '2026-11-30Z', gen_random_uuid(), 1, 1, 1, 2, '1');
  insert into tag_state (repository_id, tag, at) values (1, '1', '2026-11-30Z')`;

test('a migration that fails leaves the schema as it was, and the next try succeeds', async () => {
  const archive = openTestArchive(await testDatabase());
  const broken = { id: MIGRATIONS.length + 1, name: 'broken', sql: 'create table half (); select 1 / 0' };
  await expect(migrateArchive(archive.pool, [...MIGRATIONS, broken])).rejects.toThrow(/division by zero/);
  await archive.check();
  const { rows } = await archive.pool.query(`select to_regclass('half') as half`);
  expect(rows).toEqual([{ half: null }]);
});

test('an older process refuses a newer schema', async () => {
  const archive = openTestArchive(await testDatabase());
  const newer = { id: MIGRATIONS.length + 1, name: 'newer', sql: 'select 1' };
  await migrateArchive(archive.pool, [...MIGRATIONS, newer]);
  const refused = { code: 'ARCHIVE_SCHEMA', message: expect.stringMatching(/run the newer Longshore/) };
  await expect(archive.migrate()).rejects.toMatchObject(refused);
  await expect(archive.check()).rejects.toMatchObject(refused);
});

test('pg_trgm that an administrator has put elsewhere is used', async () => {
  const archive = openTestArchive(await testDatabase());
  await archive.pool.query('create schema extensions; create extension pg_trgm with schema extensions');
  await archive.migrate();
  await archive.check();
});
