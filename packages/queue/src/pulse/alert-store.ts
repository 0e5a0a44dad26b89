/**
 * What the receivers of `alerts` were notified of, over all processes and restarts; and the lease by which one of many
 * workers publishes alerts. The lease runs out by itself when its holder dies, and a holder that was too slow
 * cannot write.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isReady, type RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { notConnected } from '../refusal.js';
import { runScript, script } from '../script.js';
import { readStored, storedList } from '../stored-json.js';

/** Entries by key; what they hold is up to the caller, as JSON. */
export interface AlertStore {
  /** Takes or renews the lease. @returns whether this process has it, for the next {@link LEASE_MS} */
  claim(): Promise<boolean>;
  read(): Promise<Map<string, object>>;
  /** One entry; undefined when there is none. Needs no lease. */
  get(key: string): Promise<object | undefined>;
  /** Undefined removes an entry. @returns false when the lease was lost: nothing was written then */
  save(entries: ReadonlyMap<string, object | undefined>): Promise<boolean>;
  /** Lets another process have the lease at once. */
  release(): Promise<void>;
}

const LEASE_MS = 15_000;
/** Entries are removed when none was written for so long. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** KEYS[1] the lease; ARGV token, ms. Returns 1 when the lease is ours. */
const CLAIM = script(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

/**
 * KEYS[1] the lease, KEYS[2] hash, entry -> JSON
 * ARGV token, ms of the lease, ms to keep, then key and JSON; an empty one removes the entry
 * Returns 1 when the lease is ours and the entries are written.
 */
const SAVE = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
for i = 4, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[2], ARGV[i])
  else redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
end
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
`);

/** KEYS[1] the lease; ARGV token. */
const RELEASE = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`);

/** Of an entry that this version writes. */
const VERSION = 2;

const schema = z
  .looseObject({ v: z.union([z.literal(1), z.literal(VERSION)]).optional() })
  .transform(({ v: _v, ...entry }) => entry);

/** @param lease milliseconds until a process that died is replaced; for tests */
export function createAlertStore(client: RedisClient, prefix: string, lease = LEASE_MS): AlertStore {
  const token = randomUUID();
  const [leaseKey, entriesKey] = [storeKey(prefix, 'alerts', 'lease'), storeKey(prefix, 'alerts', 'told')];
  const assertReady = (): void => {
    if (!isReady(client)) throw notConnected(client);
  };
  return {
    async claim() {
      assertReady();
      return (await runScript(client, CLAIM, [leaseKey], [token, lease])) === 1;
    },
    async read() {
      assertReady();
      const entries = Object.entries(await client.hgetall(entriesKey));
      return new Map(entries.flatMap(([key, json]) => storedList(schema, json).map((entry) => [key, entry])));
    },
    async get(key) {
      assertReady();
      return readStored(schema, await client.hget(entriesKey, key));
    },
    async save(entries) {
      if (entries.size === 0) return true;
      assertReady();
      const args = Array.from(entries, ([key, entry]) => [
        key,
        entry === undefined ? '' : JSON.stringify({ v: VERSION, ...entry }),
      ]);
      return (
        (await runScript(client, SAVE, [leaseKey, entriesKey], [token, lease, KEPT_MS, ...args.flat()])) === 1
      );
    },
    async release() {
      if (isReady(client)) await runScript(client, RELEASE, [leaseKey], [token]);
    },
  };
}
