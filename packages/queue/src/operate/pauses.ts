/**
 * Stops and starts the delivery to an endpoint at run time, for all workers at once: a mark in the queue that
 * Redis itself heeds. It holds over restarts. `paused` in the configuration is another thing and is not seen here.
 */
import { z } from 'zod';
import { asking } from '../asking.js';
import type { RedisClient } from '../connection.js';
import type { Inspector } from '../inspector.js';
import { storeKey } from '../names.js';
import { createQueuePool } from '../queue-pool.js';
import { readStored } from '../stored-json.js';

/** Since when an endpoint is paused. All absent when it was paused by other means, such as the board. */
export interface Pause {
  /** Epoch milliseconds. */
  since?: number;
  /** Who did it: `longshore pause`, `the dashboard`. */
  by?: string;
  /** Why, in the words of who did it. */
  reason?: string;
}

const schema = z.object({
  since: z.number().optional(),
  by: z.string().optional(),
  reason: z.string().optional(),
});

/** All methods reject with LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable. */
export interface Pauses {
  /**
   * What is in flight ends; everything else is kept. Paused already: it stays as it was, with its first reason.
   * `since`: now, unless it is known better.
   */
  pause(endpoint: string, pause: { by: string; reason?: string; since?: number }): Promise<Pause>;
  /** @returns how it was paused; undefined when it was not */
  resume(endpoint: string): Promise<Pause | undefined>;
  /** @returns undefined when it is not paused */
  get(endpoint: string): Promise<Pause | undefined>;
  /** By endpoint, those that were paused by {@link pause}. */
  all(): Promise<Map<string, Pause>>;
  close(): Promise<void>;
}

/** @param client of the producer profile: fails fast. It is the caller’s to close */
export function createPauses(
  client: RedisClient,
  prefix: string,
  inspector: Pick<Inspector, 'remember'>,
): Pauses {
  const pool = createQueuePool(client, prefix);
  const words = storeKey(prefix, 'endpoints', 'paused');
  const get = async (endpoint: string): Promise<Pause | undefined> => {
    if (!(await pool.ready(endpoint).isPaused())) return undefined;
    return readStored(schema, await client.hget(words, endpoint)) ?? {};
  };
  return {
    get: (endpoint) => asking(client, () => get(endpoint)),
    all: () =>
      asking(client, async () => {
        const stored = Object.entries(await client.hgetall(words));
        return new Map(stored.map(([endpoint, pause]) => [endpoint, readStored(schema, pause) ?? {}]));
      }),
    pause: (endpoint, { by, reason, since = Date.now() }) =>
      asking(client, async () => {
        const before = await get(endpoint);
        if (before?.since !== undefined) return before;
        const pause: Pause = { since, by, ...(reason && { reason }) };
        await inspector.remember([endpoint]);
        // The reason first: a queue that is paused without it looks like one that was paused in bull-board.
        await client.hset(words, endpoint, JSON.stringify(pause));
        await pool.ready(endpoint).pause();
        return pause;
      }),
    resume: (endpoint) =>
      asking(client, async () => {
        const before = await get(endpoint);
        await pool.ready(endpoint).resume();
        await client.hdel(words, endpoint);
        return before;
      }),
    close: pool.close,
  };
}
