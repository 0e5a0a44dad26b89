/**
 * How full Redis was in the last hour, for a forecast: the leader notes one sample a minute, commands and pages read
 * them. In Redis, so that a command that runs for a second knows it too.
 */
import { z } from 'zod';
import { asking } from '../asking.js';
import type { RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { readStored } from '../stored-json.js';

/** One look. */
export interface MemorySample {
  /** Epoch milliseconds. */
  at: number;
  /** Used share of maxmemory of the fullest master, 0 … 1. */
  share: number;
}

/** Samples of the last hour. */
export interface MemoryHistory {
  /** Rejects with Redis' error. */
  note(sample: MemorySample): Promise<void>;
  /** Oldest first. @throws LongshoreError QUEUE_UNAVAILABLE */
  read(): Promise<MemorySample[]>;
}

const SAMPLES = 60;

const sampleSchema = z.object({ at: z.number(), share: z.number() });

/** Shares the client, which is the caller’s to close. */
export function createMemoryHistory(client: RedisClient, prefix: string): MemoryHistory {
  const key = storeKey(prefix, 'health', 'memory');
  return {
    async note(sample) {
      await client.lpush(key, JSON.stringify(sample));
      await client.ltrim(key, 0, SAMPLES - 1);
    },
    read: () =>
      asking(client, async () => {
        const samples = await client.lrange(key, 0, SAMPLES - 1);
        return samples.flatMap((json) => readStored(sampleSchema, json) ?? []).reverse();
      }),
  };
}
