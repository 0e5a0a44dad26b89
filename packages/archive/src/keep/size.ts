/** How large the archive is, and from when to when it has partitions. Reads no row of an event but the first and last. */
import type pg from 'pg';
import { listPartitions, type Partition } from '../db/partitions.js';

/** A partition with its size. */
export interface SizedPartition extends Partition {
  /** By PostgreSQL's own statistics: an estimate. */
  rows: number;
  /** With indexes. */
  bytes: number;
}

/** See the header. Times are epoch milliseconds. */
export interface ArchiveSize {
  /** Everything in the schema, with indexes. */
  bytes: number;
  /** Events, by estimate. */
  events: number;
  oldestAt?: number;
  newestAt?: number;
  /** Oldest first. */
  partitions: SizedPartition[];
  /** Partitions of events that begin in the future. */
  ahead: number;
  /** Tables that have no partition for the present: nothing can be written to them. */
  missing: string[];
}

/** @param now epoch milliseconds. Rejects with the error of PostgreSQL */
export async function archiveSize(pool: pg.Pool, now: number): Promise<ArchiveSize> {
  const [bytes, sizes, partitions, edges] = await Promise.all([
    bytesOf(pool),
    relationSizes(pool),
    listPartitions(pool),
    pool.query('select (select min(at) from event) as oldest, (select max(at) from event) as newest'),
  ]);
  const sized = partitions.map((partition) => ({
    ...partition,
    ...(sizes.get(partition.name) ?? { rows: 0, bytes: 0 }),
  }));
  const events = sized.filter(({ table }) => table === 'event');
  const present = new Set(
    sized.filter(({ since, until }) => since <= now && now < until).map(({ table }) => table),
  );
  const { oldest, newest } = edges.rows[0] ?? {};
  return {
    bytes,
    events: events.reduce((sum, { rows }) => sum + rows, 0),
    ...(oldest && { oldestAt: Date.parse(oldest) }),
    ...(newest && { newestAt: Date.parse(newest) }),
    partitions: sized,
    ahead: events.filter(({ since }) => since > now).length,
    missing: (await partitionedTables(pool)).filter((table) => !present.has(table)),
  };
}

/** Bytes on the disk of everything in the schema. */
export async function bytesOf(client: pg.Pool | pg.PoolClient): Promise<number> {
  const { rows } = await client.query(`
    select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint as bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'longshore' and c.relkind = 'r'`);
  return Number(rows[0]?.bytes ?? 0);
}

async function relationSizes(pool: pg.Pool): Promise<Map<string, { rows: number; bytes: number }>> {
  // A partition that was never analyzed has -1 rows; the other number starts at 0 after a crash.
  const { rows } = await pool.query(`
    select c.relname as name, pg_total_relation_size(c.oid) as bytes,
      greatest(c.reltuples::bigint, s.n_live_tup, 0) as rows
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_stat_user_tables s on s.relid = c.oid
    where n.nspname = 'longshore' and c.relkind = 'r'`);
  return new Map(
    rows.map(({ name, bytes, rows: count }) => [name, { rows: Number(count), bytes: Number(bytes) }]),
  );
}

async function partitionedTables(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query(`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'longshore' and c.relkind = 'p' order by 1`);
  return rows.map(({ name }) => name);
}
