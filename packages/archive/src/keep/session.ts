/** A connection for work that takes minutes, of which there is one at a time in the whole deployment. */
import type pg from 'pg';
import { allowMinutes } from '../db/answer-timeout.js';

/** Of the session-level advisory locks that Longshore takes; any constant does. */
const KEEP_LOCK = 0x10_06_54_0f;

/** Dropping waits for the longest search, and removing old counts may read a whole table. Milliseconds. */
const STATEMENT_TIMEOUT_MS = 10 * 60_000;

/**
 * What `work` returns; undefined while another process is at it.
 * Rejects with the error of PostgreSQL, also when `signal` interrupts it.
 */
export async function alone<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  signal?: AbortSignal,
): Promise<T | undefined> {
  const client = await pool.connect();
  let stop: (() => void) | undefined;
  try {
    await allowMinutes(client, STATEMENT_TIMEOUT_MS);
    const { rows } = await client.query('select pg_backend_pid() as pid, pg_try_advisory_lock($1) as got', [
      KEEP_LOCK,
    ]);
    const { pid, got } = rows[0] ?? {};
    // What has no answer ends with its connection.
    stop = () => void pool.query('select pg_cancel_backend($1)', [pid]).catch(() => {});
    signal?.throwIfAborted();
    signal?.addEventListener('abort', stop, { once: true });
    if (!got) return undefined;
    const result = await work(client);
    // The connection ends later than this function does, and the next run may begin at once.
    await client.query('select pg_advisory_unlock($1)', [KEEP_LOCK]);
    return result;
  } finally {
    if (stop) signal?.removeEventListener('abort', stop);
    // The connection ends, and with it the settings, and the lock of work that failed.
    client.release(true);
  }
}
