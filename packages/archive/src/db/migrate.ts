/**
 * The schema's migrations, in order, each in a transaction of its own, by one process at a time: the others wait for an
 * advisory lock and then find nothing to do.
 */
import { LongshoreError } from '@longshore/event';
import type pg from 'pg';
import { allowMinutes } from './answer-timeout.js';
import type { Migration } from './migration.js';
import { MIGRATIONS } from './migrations/index.js';

/** Of the session-level advisory locks that Longshore takes; any constant does. */
export const MIGRATION_LOCK = 0x10_06_54_0e;

/** A migration may rewrite a table. */
const MIGRATION_TIMEOUT_MS = 60 * 60 * 1_000;

const PREPARE = `
create schema if not exists longshore;
create table if not exists longshore.archive_migration (
  id int primary key, name text not null, applied_at timestamptz not null default now())`;

/** @throws LongshoreError ARCHIVE_SCHEMA when the database is newer than `migrations` */
export async function migrateArchive(
  pool: pg.Pool,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const client = await pool.connect();
  try {
    await allowMinutes(client, MIGRATION_TIMEOUT_MS);
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await applyMissing(client, migrations);
  } finally {
    // The connection ends, and with it the lock and the settings.
    client.release(true);
  }
}

async function applyMissing(client: pg.PoolClient, migrations: readonly Migration[]): Promise<void> {
  const version = await schemaVersion(client);
  refuseNewer(version, migrations.length);
  if (version === migrations.length) return;
  if (version === 0) await prepare(client);
  for (const { id, name, sql } of migrations.slice(version)) {
    await client.query('begin');
    await client.query(sql);
    await client.query('insert into longshore.archive_migration (id, name) values ($1, $2)', [id, name]);
    await client.query('commit');
  }
}

async function prepare(client: pg.PoolClient): Promise<void> {
  await client.query(PREPARE);
  const { rows } = await client.query(
    `select nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'pg_trgm'`,
  );
  if (rows.length === 0) await client.query('create extension if not exists pg_trgm with schema longshore');
  else await client.query(`set search_path = longshore, public, ${client.escapeIdentifier(rows[0].nspname)}`);
}

/** Number of migrations that the database has; 0 where there is no schema. Rejects with the error of PostgreSQL. */
export async function schemaVersion(client: pg.PoolClient | pg.Pool): Promise<number> {
  const { rows } = await client.query(
    `select to_regclass('longshore.archive_migration') is not null as found`,
  );
  if (!rows[0]?.found) return 0;
  const found = await client.query('select coalesce(max(id), 0) as version from longshore.archive_migration');
  return found.rows[0]?.version ?? 0;
}

/** @throws LongshoreError ARCHIVE_SCHEMA */
export function refuseNewer(version: number, known: number = MIGRATIONS.length): void {
  if (version <= known) return;
  throw new LongshoreError(
    'ARCHIVE_SCHEMA',
    `the archive has schema version ${version}, this version of Longshore knows up to ${known}: run the newer Longshore that migrated it`,
  );
}
