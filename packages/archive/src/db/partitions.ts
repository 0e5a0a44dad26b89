/**
 * The partitions of every partitioned table. A row outside of them is refused together with its whole statement, so
 * they are made before the rows: at start, daily, and by the writer for a time that has none.
 */
import type pg from 'pg';
import { MIGRATION_LOCK } from './migrate.js';
import { missingRange, type PartitionWidth, type Range, rangeAt, suffixOf } from './ranges.js';

/** A partition of a table. */
export interface Partition extends Range {
  /** Of the schema `longshore`. */
  table: string;
  name: string;
}

/** Months, or days, that exist before they begin. */
const AHEAD = { month: 2, day: 7 } as const;

/** Every partition that is attached, oldest first. Rejects with the error of PostgreSQL. */
export async function listPartitions(client: pg.Pool | pg.PoolClient): Promise<Partition[]> {
  const { rows } = await client.query(`
    select p.relname as table, c.relname as name, b[1]::timestamptz as since, b[2]::timestamptz as until
    from pg_inherits i
    join pg_class p on p.oid = i.inhparent
    join pg_class c on c.oid = i.inhrelid
    join pg_namespace n on n.oid = p.relnamespace,
    regexp_match(pg_get_expr(c.relpartbound, c.oid), $$FROM \\('([^']+)'\\) TO \\('([^']+)'\\)$$) b
    where n.nspname = 'longshore' and p.relkind = 'p' and not i.inhdetachpending and b is not null
    order by 3, 1`);
  return rows.map(({ table, name, since, until }) => ({
    table,
    name,
    since: Date.parse(since),
    until: Date.parse(until),
  }));
}

/** Makes this month's (or day's) partitions and the next. @param now epoch milliseconds */
export function createAhead(pool: pg.Pool, width: PartitionWidth, now: number): Promise<void> {
  const times = [now];
  for (let n = 0; n < AHEAD[width]; n++) times.push(rangeAt(times[n] ?? now, width).until);
  return ensurePartitions(pool, width, times);
}

/**
 * Makes the partitions for these moments (epoch milliseconds) where there are none. One process at a time; each is
 * attached, which waits for no reader and no writer.
 */
export async function ensurePartitions(
  pool: pg.Pool,
  width: PartitionWidth,
  times: readonly number[],
): Promise<void> {
  const client = await pool.connect();
  let fault: Error | undefined;
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    for (const statement of await missing(client, width, times)) await client.query(statement);
    await client.query('commit');
  } catch (error) {
    fault = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // A connection in the middle of a transaction is of no use to anybody else.
    client.release(fault);
  }
}

async function missing(
  client: pg.PoolClient,
  width: PartitionWidth,
  times: readonly number[],
): Promise<string[]> {
  const partitions = await listPartitions(client);
  const tables = await partitionedTables(client);
  const taken = await tableNames(client);
  return tables.flatMap((table) => {
    const existing: Range[] = partitions.filter((partition) => partition.table === table);
    return times.flatMap((time) => {
      const range = missingRange(time, width, existing);
      if (!range) return [];
      existing.push(range);
      const name = freeName(`${table}_${suffixOf(range)}`, taken);
      taken.add(name);
      return attach(table, name, range);
    });
  });
}

async function partitionedTables(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query(`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'longshore' and c.relkind = 'p' order by 1`);
  return rows.map(({ name }) => name);
}

async function tableNames(client: pg.PoolClient): Promise<Set<string>> {
  const { rows } = await client.query(`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'longshore'`);
  return new Set(rows.map(({ name }) => name));
}

/** A partition that was detached, and is not dropped yet or is kept by an operator, has its name still. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}_part${n}`;
  return free;
}

const attach = (table: string, partition: string, range: Range): string[] => {
  const name = `longshore.${partition}`;
  const [since, until] = [range.since, range.until].map((time) => `'${new Date(time).toISOString()}'`);
  return [
    `create table ${name} (like longshore.${table} including defaults including constraints)`,
    `alter table longshore.${table} attach partition ${name} for values from (${since}) to (${until})`,
  ];
};
