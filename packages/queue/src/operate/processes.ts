/**
 * The processes of a relay: each notes its roles and its version, and repeats that. One that has died is forgotten
 * after {@link FORGOTTEN_AFTER_MS}.
 */
import { z } from 'zod';
import { asking } from '../asking.js';
import type { RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { readStored } from '../stored-json.js';

/** Between two notes of a process. Milliseconds. */
export const PROCESS_INTERVAL_MS = 20_000;
const FORGOTTEN_AFTER_MS = 3 * PROCESS_INTERVAL_MS;

/** One that runs. */
export interface Process {
  /** `host:pid`. */
  name: string;
  roles: readonly string[];
  version: string;
}

/** Rejects with LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable. */
export interface Processes {
  note(process: Process): Promise<void>;
  /** The process ends. */
  clear(name: string): Promise<void>;
  /** By name. */
  list(): Promise<Process[]>;
}

const noted = z.object({ roles: z.array(z.string()), version: z.string(), seen: z.number() });

/** See the header. @param now epoch milliseconds, for tests */
export function createProcesses(
  client: RedisClient,
  prefix: string,
  now: () => number = Date.now,
): Processes {
  const key = storeKey(prefix, 'processes', 'seen');
  const read = async (): Promise<{ known: Process[]; gone: string[] }> => {
    const known: Process[] = [];
    const gone: string[] = [];
    for (const [name, json] of Object.entries(await client.hgetall(key))) {
      const { seen = 0, ...process } = readStored(noted, json) ?? {};
      if (now() - seen > FORGOTTEN_AFTER_MS || !('roles' in process)) gone.push(name);
      else known.push({ name, roles: process.roles, version: process.version });
    }
    return { known: known.sort((a, b) => a.name.localeCompare(b.name)), gone };
  };
  return {
    note: ({ name, ...process }) =>
      asking(client, async () => {
        await client.hset(key, name, JSON.stringify({ ...process, seen: now() }));
        await client.pexpire(key, FORGOTTEN_AFTER_MS);
        // Those that were killed: each restart of a container has another name.
        const { gone } = await read();
        if (gone.length > 0) await client.hdel(key, ...gone);
      }),
    clear: (name) => asking(client, async () => void (await client.hdel(key, name))),
    list: () => asking(client, async () => (await read()).known),
  };
}
