/**
 * Processes whose configuration file was rejected and that run with the configuration before it, for commands that look
 * from outside. A process repeats its note; one that has died is forgotten after {@link FORGOTTEN_AFTER_MS}.
 */
import { z } from 'zod';
import { asking } from '../asking.js';
import type { RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { readStored } from '../stored-json.js';

/** Between two notes of a process. Milliseconds. */
export const REFUSAL_INTERVAL_MS = 20_000;
const FORGOTTEN_AFTER_MS = 3 * REFUSAL_INTERVAL_MS;

/** A rejected file. */
export interface Refusal {
  /** `host:pid`. */
  process: string;
  /** Epoch milliseconds of the rejection. */
  at: number;
  file: string;
  /** One line for each error. */
  reason: string;
}

/** Rejects with LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable. */
export interface Refusals {
  note(refusal: Refusal): Promise<void>;
  /** The process has a file that is in force, or ends. */
  clear(process: string): Promise<void>;
  list(): Promise<Refusal[]>;
}

const noted = z.object({ at: z.number(), file: z.string(), reason: z.string(), seen: z.number() });

/** See the header. @param now epoch milliseconds, for tests */
export function createRefusals(client: RedisClient, prefix: string, now: () => number = Date.now): Refusals {
  const key = storeKey(prefix, 'config', 'refused');
  return {
    note: ({ process, ...refusal }) =>
      asking(client, async () => {
        await client.hset(key, process, JSON.stringify({ ...refusal, seen: now() }));
        await client.pexpire(key, FORGOTTEN_AFTER_MS);
      }),
    clear: (process) => asking(client, async () => void (await client.hdel(key, process))),
    list: () =>
      asking(client, async () =>
        Object.entries(await client.hgetall(key)).flatMap(([process, json]) => {
          const { seen = 0, ...refusal } = readStored(noted, json) ?? {};
          if (now() - seen > FORGOTTEN_AFTER_MS || !('file' in refusal)) return [];
          return [{ process, at: refusal.at, file: refusal.file, reason: refusal.reason }];
        }),
      ),
  };
}
