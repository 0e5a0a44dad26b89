/**
 * What is known of bulk operations, for every process that shows them: their progress outlives the page and the process.
 * The process that runs one writes it, and reads here whether it is to stop.
 */
import { asking } from '../asking.js';
import type { RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { asJson } from '../stored-json.js';

/** All methods reject with LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable. */
export interface Operations {
  /** Writes one. The 100 that were begun last are kept. @param startedAt epoch milliseconds */
  put(id: string, startedAt: number, operation: object): Promise<void>;
  /** As it was written; undefined when there is none, or none that is JSON. */
  get(id: string): Promise<unknown>;
  /** Newest first. */
  list(): Promise<unknown[]>;
  /** Asks the process that runs it to stop. */
  stop(id: string): Promise<void>;
  /** Whether it was asked to stop. */
  isStopped(id: string): Promise<boolean>;
}

const KEPT = 100;

/** @param client of the producer profile: fails fast. It is the caller’s to close */
export function createOperations(client: RedisClient, prefix: string): Operations {
  const key = (part: string): string => storeKey(prefix, 'operations', part);
  const [entries, order, stops] = [key('entries'), key('order'), key('stops')];
  return {
    put: (id, startedAt, operation) =>
      asking(client, async () => {
        await client.hset(entries, id, JSON.stringify(operation));
        await client.zadd(order, startedAt, id);
        const old = await client.zrange(order, '0', `${-KEPT - 1}`);
        if (old.length === 0) return;
        await Promise.all([
          client.hdel(entries, ...old),
          client.srem(stops, ...old),
          client.zrem(order, ...old),
        ]);
      }),
    get: (id) => asking(client, async () => asJson(await client.hget(entries, id)) ?? undefined),
    list: () =>
      asking(client, async () => {
        const ids = await client.zrevrange(order, 0, KEPT - 1);
        if (ids.length === 0) return [];
        return (await client.hmget(entries, ...ids)).flatMap((json) => asJson(json) ?? []);
      }),
    stop: (id) => asking(client, async () => void (await client.sadd(stops, id))),
    isStopped: (id) => asking(client, async () => (await client.sismember(stops, id)) === 1),
  };
}
