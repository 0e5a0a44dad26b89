/**
 * Copies the trail of a relay into the archive: page by page, each in one transaction together with the position behind
 * it. The same page again adds nothing, so a process may be killed anywhere, and two may copy at the same time.
 */
import { isDeepStrictEqual } from 'node:util';
import { type FeedPosition, type HistoryEntry, type HistoryFeed, LongshoreError } from '@longshore/event';
import type pg from 'pg';
import { unavailable } from '../db/check.js';
import { isArchiveUnavailable, sqlStateOf } from '../db/errors.js';
import { ensurePartitions } from '../db/partitions.js';
import type { PartitionWidth } from '../db/ranges.js';
import { COLUMNS, type Row, rowOf, WORD_COLUMNS } from './rows.js';
import { createWords, type Words } from './words.js';

/** What is copied, to where. */
export interface HistoryCopierParts {
  pool: pg.Pool;
  feed: HistoryFeed;
  width(): PartitionWidth;
  /** Milliseconds for which entries are kept; 0: forever. Older ones are not copied. */
  retention(): number;
  now?(): number;
}

/** See the header. */
export interface HistoryCopier {
  /**
   * Copies the next page of each part.
   * @throws LongshoreError QUEUE_UNAVAILABLE, ARCHIVE_UNAVAILABLE; the next turn continues
   */
  turn(): Promise<CopiedTurn>;
}

/** What a turn came to. */
export interface CopiedTurn {
  /** Entries that were read. */
  entries: number;
  /** Gaps among them that the trail did not have: see `behind` of GapReason. */
  gaps: number;
  /** There is more behind it. */
  more: boolean;
}

interface Cursor {
  position: FeedPosition;
  lookedAt: number;
}

/** How often the cursor of a quiet relay is written, so that a later gap and quiet can be distinguished. */
const LOOKED_INTERVAL_MS = 60_000;

/** SQLSTATE of a row that no partition takes. */
const NO_PARTITION = '23514';

/** See the header. */
export function createHistoryCopier(parts: HistoryCopierParts): HistoryCopier {
  const { pool, feed, now = Date.now } = parts;
  const words = createWords(pool);

  const copyPage = async (part: string, cursor: Cursor | undefined): Promise<CopiedTurn> => {
    const looked = now();
    const page = await feed.after(part, cursor?.position, cursor?.lookedAt);
    const { entries, position, more } = page;
    // Without entries too a position may be new: of chunks that hold nothing that this version knows.
    const isQuiet = entries.length === 0 && isDeepStrictEqual(position, cursor?.position);
    if (!position || (isQuiet && cursor && looked - cursor.lookedAt < LOOKED_INTERVAL_MS)) {
      return { entries: 0, gaps: 0, more: false };
    }
    const rows = await rowsOf(entries, parts, words);
    const since = entries.length > 0 ? Math.min(...entries.map(({ at }) => at)) : undefined;
    await writePage(parts, rows, { part, position, looked: more ? undefined : looked, since });
    const gaps = entries.filter((entry) => entry.step === 'gap' && entry.why === 'behind').length;
    return { entries: entries.length, gaps, more };
  };

  return {
    async turn() {
      const cursors = await readCursors(pool);
      const turns: CopiedTurn[] = [];
      for (const part of feed.parts) {
        turns.push(await copyPage(part, cursors.get(part)).catch(asUnavailable));
      }
      return {
        entries: turns.reduce((sum, turn) => sum + turn.entries, 0),
        gaps: turns.reduce((sum, turn) => sum + turn.gaps, 0),
        more: turns.some(({ more }) => more),
      };
    },
  };
}

/** @throws LongshoreError ARCHIVE_UNAVAILABLE where it is PostgreSQL, else the error itself */
export function asUnavailable(error: unknown): never {
  const isTheirs = error instanceof Error && !(error instanceof LongshoreError);
  throw isTheirs && isArchiveUnavailable(error) ? unavailable(error) : error;
}

async function readCursors(pool: pg.Pool): Promise<Map<string, Cursor>> {
  const { rows } = await pool.query('select part, at, n, looked_at from history_cursor').catch(asUnavailable);
  return new Map(
    rows.map(({ part, at, n, looked_at }) => [
      part,
      { position: { at, n }, lookedAt: Date.parse(looked_at) },
    ]),
  );
}

async function rowsOf(
  entries: readonly HistoryEntry[],
  { retention, now = Date.now }: HistoryCopierParts,
  words: Words,
): Promise<Row[]> {
  const oldest = retention() === 0 ? Number.NEGATIVE_INFINITY : now() - retention();
  const kept = entries.filter(({ at }) => at >= oldest && Number.isFinite(at));
  const rows = await Promise.all(kept.map(rowOf));
  const named = new Set(rows.flatMap((row) => WORD_COLUMNS.flatMap((name) => row[name] ?? []).map(String)));
  const ids = await words.ids(named);
  for (const row of rows) {
    for (const name of WORD_COLUMNS) if (row[name] !== undefined) row[name] = ids.get(String(row[name]));
  }
  return rows;
}

interface CopiedTo {
  part: string;
  position: FeedPosition;
  /** When nothing was behind the position; undefined: something is. */
  looked?: number;
  /** Oldest entry of the page. */
  since?: number;
}

async function writePage(parts: HistoryCopierParts, rows: readonly Row[], to: CopiedTo): Promise<void> {
  try {
    await inTransaction(parts.pool, (client) => insertPage(client, rows, to));
  } catch (error) {
    if (sqlStateOf(error) !== NO_PARTITION) throw error;
    const times = new Set(rows.map(({ at }) => Date.parse(String(at))));
    await ensurePartitions(parts.pool, parts.width(), [...times]);
    await inTransaction(parts.pool, (client) => insertPage(client, rows, to));
  }
}

const NAMES = Object.keys(COLUMNS);
const INSERT = `
insert into history (${NAMES.join(', ')})
select * from unnest(${Object.values(COLUMNS).map((type, n) => `$${n + 1}::${type}[]`)})
order by 3, 1, 2
on conflict do nothing`;

const MOVE = `
insert into history_cursor as c (part, at, n, looked_at, since) values ($1, $2, $3, coalesce($4, now()), $5)
on conflict (part) do update set
  at = excluded.at, n = excluded.n,
  looked_at = coalesce($4, c.looked_at), since = least(c.since, excluded.since)
where (c.at, c.n) <= (excluded.at, excluded.n)`;

async function insertPage(
  client: pg.PoolClient,
  rows: readonly Row[],
  { part, position, looked, since }: CopiedTo,
): Promise<void> {
  if (rows.length > 0) {
    const columns = (Object.keys(COLUMNS) as (keyof Row)[]).map((name) =>
      rows.map((row) => row[name] ?? null),
    );
    await client.query(INSERT, columns);
  }
  const times = [looked, since].map((time) => (time === undefined ? null : new Date(time).toISOString()));
  await client.query(MOVE, [part, position.at, position.n, ...times]);
}

async function inTransaction(pool: pg.Pool, run: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  let fault: Error | undefined;
  try {
    await client.query('begin');
    await run(client);
    await client.query('commit');
  } catch (error) {
    fault = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // A connection in the middle of a transaction is not used again.
    client.release(fault);
  }
}
