import { LongshoreError } from '@longshore/event';
import type pg from 'pg';
import { refuseNewer, schemaVersion } from './migrate.js';
import { MIGRATIONS } from './migrations/index.js';

/**
 * Resolves when PostgreSQL answers and has the schema of this version.
 * @throws LongshoreError ARCHIVE_UNAVAILABLE, ARCHIVE_SCHEMA
 */
export async function checkArchive(pool: pg.Pool): Promise<void> {
  const version = await schemaVersion(pool).catch((error: Error) => {
    const advice = 'check that it runs, and `archive.url`';
    const words = `PostgreSQL of the archive is unavailable: ${unavailable(error).message}; ${advice}`;
    throw new LongshoreError('ARCHIVE_UNAVAILABLE', words, { cause: error });
  });
  refuseNewer(version);
  if (version === MIGRATIONS.length) return;
  throw new LongshoreError(
    'ARCHIVE_UNAVAILABLE',
    `the archive has schema version ${version} and needs ${MIGRATIONS.length}: start \`longshore run\` of this version, which migrates it`,
  );
}

/** An error of PostgreSQL or of the way to it, in words. */
export function unavailable(error: unknown): LongshoreError {
  const { message } = error instanceof AggregateError ? (error.errors[0] ?? error) : asError(error);
  return new LongshoreError('ARCHIVE_UNAVAILABLE', message || String(error), { cause: error });
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
