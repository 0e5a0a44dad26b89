/** One batch in one transaction: the rows, and all that is kept of the new ones. */
import type pg from 'pg';
import { isConflict } from '../db/errors.js';
import { noteOpen } from '../images/store/note.js';
import { noteDue } from '../pulls/store/note.js';
import { countRows } from './counts.js';
import { pulledTags } from './follows.js';
import { archivedIds, insertRows, type PackedRow } from './insert.js';
import { writeManifests } from './manifests.js';
import { writeActivity, writeCounts } from './rollups.js';
import type { RepositoryRow } from './tags/moves.js';
import { writeTags } from './tags/state.js';

/** Two transactions met so often: something else is wrong. */
const MAX_TRIES = 5;

/**
 * Returns after the COMMIT, with the ids of the rows that are new. Rejects with the error of PostgreSQL, and then
 * nothing is written, unless the connection broke in the COMMIT.
 * @param signal ends the connection at once
 */
export async function writeBatch(
  pool: pg.Pool,
  statement: string,
  rows: readonly PackedRow[],
  signal: AbortSignal,
): Promise<Set<string>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(pool, signal, (client) => writeRows(client, statement, rows));
    } catch (error) {
      if (!isConflict(error) || attempt === MAX_TRIES) throw error;
    }
  }
}

async function inTransaction<Result>(
  pool: pg.Pool,
  signal: AbortSignal,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let fault: Error | undefined;
  // A client of `pg` that is released with an error ends its connection, and with it what it waits for.
  let isReleased = false;
  const release = (error?: Error): void => {
    if (!isReleased) client.release(error);
    isReleased = true;
  };
  const abort = (): void => release(new Error('aborted'));
  signal.addEventListener('abort', abort);
  try {
    signal.throwIfAborted();
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    fault = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    release(fault);
  }
}

async function writeRows(
  client: pg.PoolClient,
  statement: string,
  rows: readonly PackedRow[],
): Promise<Set<string>> {
  const unsure = rows.filter(({ isUnsure }) => isUnsure);
  const known = await archivedIds(
    client,
    unsure.map(({ id }) => id),
  );
  const unknown = rows.filter(({ id, isUnsure }) => !(isUnsure && known.has(id)));
  if (unknown.length === 0) return new Set();
  const added = await insertRows(client, statement, unknown);
  const taken = new Set<string>();
  const fresh = unknown.filter(({ id }) => added.has(id) && !taken.has(id) && taken.add(id));
  if (fresh.length > 0) await keepOf(client, fresh);
  return added;
}

/** In this order in every process, so that no two wait for each other in a circle. */
async function keepOf(client: pg.PoolClient, rows: readonly PackedRow[]): Promise<void> {
  const tags = await pulledTags(client, rows);
  const ofRepositories = rows.filter((row): row is PackedRow & RepositoryRow => row.repositoryId !== null);
  await writeActivity(client, ofRepositories);
  await writeTags(client, ofRepositories, tags);
  await writeManifests(client, ofRepositories);
  await noteOpen(client, ofRepositories);
  await noteDue(client, ofRepositories);
  await writeCounts(client, countRows(rows, tags));
}
