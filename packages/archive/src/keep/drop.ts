/**
 * Drops partitions, each in three steps that may be interrupted: it gets a mark, is detached without stopping readers
 * and writers, and is dropped. What has the mark and is detached is dropped by the next run; a partition that an
 * operator detached to keep has none.
 */
import type pg from 'pg';
import type { Partition } from '../db/partitions.js';

/** A partition that is gone. */
export interface DroppedPartition extends Partition {
  /** On the disk, with its indexes. */
  bytes: number;
}

const MARK = 'Longshore drops this partition';

/** Drops one partition, which is attached. Rejects with the error of PostgreSQL; the next run finishes. */
export async function dropPartition(client: pg.PoolClient, partition: Partition): Promise<DroppedPartition> {
  const name = qualified(client, partition.name);
  const { rows } = await client.query('select pg_total_relation_size($1::regclass) as bytes', [name]);
  await client.query(`comment on table ${name} is ${client.escapeLiteral(MARK)}`);
  await client.query(
    `alter table ${qualified(client, partition.table)} detach partition ${name} concurrently`,
  );
  await client.query(`drop table ${name}`);
  return { ...partition, bytes: Number(rows[0]?.bytes ?? 0) };
}

/** Finishes what an earlier run left. @returns the names of the partitions that it dropped */
export async function finishDrops(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query<Leftover>(
    `select c.relname as name, p.relname as table, coalesce(i.inhdetachpending, false) as pending,
        coalesce(obj_description(c.oid, 'pg_class') = $1, false) as marked
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_inherits i on i.inhrelid = c.oid
      left join pg_class p on p.oid = i.inhparent
      where n.nspname = 'longshore' and c.relkind = 'r'
        and (i.inhdetachpending or obj_description(c.oid, 'pg_class') = $1)`,
    [MARK],
  );
  const dropped: string[] = [];
  for (const { name, table, pending, marked } of rows) {
    const partition = qualified(client, name);
    // PostgreSQL detaches no other partition of the table before this is finished.
    if (table && pending)
      await client.query(`alter table ${qualified(client, table)} detach partition ${partition} finalize`);
    if (marked && table && !pending) await client.query(`comment on table ${partition} is null`);
    if (!marked || (table && !pending)) continue;
    await client.query(`drop table ${partition}`);
    dropped.push(name);
  }
  return dropped;
}

interface Leftover {
  name: string;
  table: string | null;
  pending: boolean;
  marked: boolean;
}

const qualified = (client: pg.PoolClient, name: string): string =>
  `longshore.${client.escapeIdentifier(name)}`;
