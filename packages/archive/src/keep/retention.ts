/**
 * What is older than the retention goes, by whole partitions; and the oldest partitions go while the archive is larger
 * than it may be. The partition of the present is never dropped for its size. Counts of days go with their events.
 */
import type pg from 'pg';
import { listPartitions, type Partition } from '../db/partitions.js';
import { removeOldCounts } from './counts.js';
import { type DroppedPartition, dropPartition, finishDrops } from './drop.js';
import { alone } from './session.js';
import { bytesOf } from './size.js';

/** As in the configuration; times in milliseconds, 0: no limit. */
export interface KeepRules {
  retention: number;
  /** Of what happened to events. */
  history: number;
  /** Of everything in the schema. */
  maxbytes: number;
}

/** What a run did. */
export interface KeepResult {
  dropped: (DroppedPartition & { why: 'age' | 'size' })[];
  /** What an earlier run had begun to drop. */
  finished: string[];
  /** Rows of counts, moves of tags and so on that were older than the events. */
  removed: number;
  /** Of the whole schema, afterwards. */
  bytes: number;
  /** It is larger than `maxbytes`, and only the partitions of the present are left. */
  tooLarge: boolean;
}

/** See {@link applyRetention}. */
export interface KeepOptions {
  /** Interrupts it. */
  signal?: AbortSignal;
  /** Called after each drop, also of a run that fails later. */
  onDropped?(dropped: KeepResult['dropped'][number]): void;
}

/**
 * One process at a time; undefined while another one is at it. May be killed anywhere: the next run continues.
 * @param now epoch milliseconds
 */
export function applyRetention(
  pool: pg.Pool,
  rules: KeepRules,
  now: number,
  { signal, onDropped }: KeepOptions = {},
): Promise<KeepResult | undefined> {
  const run = async (client: pg.PoolClient): Promise<KeepResult> => {
    const finished = await finishDrops(client);
    const dropped: KeepResult['dropped'] = [];
    const drop = async (partition: Partition, why: 'age' | 'size'): Promise<number> => {
      const gone = { ...(await dropPartition(client, partition)), why };
      dropped.push(gone);
      onDropped?.(gone);
      return gone.bytes;
    };
    for (const partition of (await listPartitions(client)).filter(isOlder(rules, now)))
      await drop(partition, 'age');
    let bytes = await bytesOf(client);
    const past = (await listPartitions(client)).filter(({ until }) => until <= now);
    while (rules.maxbytes > 0 && bytes > rules.maxbytes && past[0]) {
      const oldest = past.shift();
      if (oldest) bytes -= await drop(oldest, 'size');
    }
    const oldest = (await listPartitions(client)).find(({ table }) => table === 'event');
    const removed = rules.retention > 0 && oldest ? await removeOldCounts(client, oldest.since) : 0;
    return { dropped, finished, removed, bytes, tooLarge: rules.maxbytes > 0 && bytes > rules.maxbytes };
  };
  return alone(pool, run, signal);
}

/** Partitions whose youngest row is older than `before`, of every table, oldest first. Epoch milliseconds. */
export async function partitionsBefore(pool: pg.Pool, before: number): Promise<Partition[]> {
  return (await listPartitions(pool)).filter(({ until }) => until <= before);
}

/**
 * Drops partitions by hand, and the counts that are older than what is left.
 * @returns undefined while another process drops
 */
export function prune(
  pool: pg.Pool,
  partitions: readonly Partition[],
): Promise<DroppedPartition[] | undefined> {
  return alone(pool, async (client) => {
    await finishDrops(client);
    const names = new Set(partitions.map(({ name }) => name));
    const dropped: DroppedPartition[] = [];
    for (const partition of await listPartitions(client))
      if (names.has(partition.name)) dropped.push(await dropPartition(client, partition));
    const oldest = (await listPartitions(client)).find(({ table }) => table === 'event');
    if (oldest) await removeOldCounts(client, oldest.since);
    return dropped;
  });
}

const isOlder =
  ({ retention, history }: KeepRules, now: number) =>
  ({ table, until }: Partition): boolean => {
    const limit = table === 'history' ? history : retention;
    return limit > 0 && until <= now - limit;
  };
