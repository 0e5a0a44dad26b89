import type pg from 'pg';

/** Beyond the statement's own timeout, which a server that answers keeps. Milliseconds. */
const MARGIN_MS = 5_000;

/**
 * Gives statements of this connection more time than those of its pool: in PostgreSQL, and until an answer.
 * @param ms for one statement; locks may take as long
 */
export async function allowMinutes(client: pg.PoolClient, ms: number): Promise<void> {
  // The types leave it out.
  const { connectionParameters } = client as pg.PoolClient & {
    connectionParameters: { query_timeout: number | false };
  };
  if (connectionParameters.query_timeout) connectionParameters.query_timeout = ms + MARGIN_MS;
  await client.query(`set statement_timeout = ${ms}; set lock_timeout = ${ms}`);
}
