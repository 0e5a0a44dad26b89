/** A connection for work that takes minutes, of which there is one at a time in the whole deployment. */
import type pg from 'pg';

/** Of the session-level advisory locks that Longshore takes; any constant does. */
const KEEP_LOCK = 0x10_06_54_0f;

/** Dropping waits for the longest search, and removing old counts may read a whole table. Milliseconds. */
const STATEMENT_TIMEOUT_MS = 10 * 60_000;

/**
 * What `work` returns; undefined while another process is at it.
 * Rejects with the error of PostgreSQL.
 */
export async function alone<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T | undefined> {
  const client = await pool.connect();
  try {
    await client.query(
      `set statement_timeout = ${STATEMENT_TIMEOUT_MS}; set lock_timeout = ${STATEMENT_TIMEOUT_MS}`,
    );
    const { rows } = await client.query('select pg_try_advisory_lock($1) as got', [KEEP_LOCK]);
    return rows[0]?.got ? await work(client) : undefined;
  } finally {
    // The connection ends, and with it the lock and the settings.
    client.release(true);
  }
}
