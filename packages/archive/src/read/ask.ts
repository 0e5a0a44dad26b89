/** A query, with errors in words, that ends on the server when its caller is gone. */
import { LongshoreError } from '@longshore/event';
import type { RawBuilder } from 'kysely';
import pg from 'pg';
import { unavailable } from '../db/check.js';
import { isArchiveUnavailable, sqlStateOf } from '../db/errors.js';
import type { Archive } from '../db/open.js';

/** Runs queries. Rejects as the header of `types.ts` says. */
export type Ask = <Row>(query: RawBuilder<Row>, signal?: AbortSignal) => Promise<Row[]>;

/** SQLSTATE of a statement that was cancelled: by `statement_timeout`, or by us. */
const CANCELLED = '57014';

/** See the header. */
export const createAsk =
  ({ db, pool }: Pick<Archive, 'db' | 'pool'>): Ask =>
  async <Row>(query: RawBuilder<Row>, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    const { sql: text, parameters } = query.compile(db);
    try {
      const { rows } = signal
        ? await cancellable(pool, text, [...parameters], signal)
        : await pool.query(text, [...parameters]);
      return rows as Row[];
    } catch (error) {
      signal?.throwIfAborted();
      throw inWords(error);
    }
  };

async function cancellable(pool: pg.Pool, text: string, parameters: unknown[], signal: AbortSignal) {
  const client = await pool.connect();
  let cancelling: Promise<unknown> | undefined;
  const cancel = (): void => {
    const { processID } = client as pg.PoolClient & { processID: number };
    cancelling = cancelBackend(pool, processID).catch(() => {}); // it ends by its timeout
  };
  signal.addEventListener('abort', cancel, { once: true });
  let broken: Error | undefined;
  try {
    // Gone while it waited for a connection.
    signal.throwIfAborted();
    return await client.query(text, parameters);
  } catch (error) {
    // An error that is not PostgreSQL's own leaves a connection that nothing is known of.
    if (error instanceof Error && sqlStateOf(error) === undefined && error !== signal.reason) broken = error;
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
    // Before the connection serves another query, which the cancelling must not hit.
    await cancelling;
    client.release(broken);
  }
}

/** By a connection of its own: those of the pool may all have queries to be cancelled. */
async function cancelBackend(pool: pg.Pool, processId: number): Promise<void> {
  const client = new pg.Client(pool.options);
  client.on('error', () => {}); // the query below rejects with it
  try {
    await client.connect();
    await client.query('select pg_cancel_backend($1)', [processId]);
  } finally {
    await client.end();
  }
}

function inWords(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof LongshoreError) return error;
  if (sqlStateOf(error) === CANCELLED) {
    const advice = 'give a narrower time, a repository, a digest or an actor';
    return new LongshoreError('ARCHIVE_SLOW', `the search took too long and was ended: ${advice}`, {
      cause: error,
    });
  }
  return isArchiveUnavailable(error) ? unavailable(error) : error;
}
