/**
 * What the receivers of `alerts` were told, over all processes and restarts; and the lease by which one of many
 * workers does the telling. The lease runs out by itself when its holder dies, and a holder that was too slow
 * cannot write: what it told meanwhile may be told once more by its successor.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isReady, type RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { notConnected } from '../refusal.js';
import { runScript, script } from '../script.js';
import { storedList } from '../stored-json.js';

/** Entries by key; what they hold is the caller's business, as JSON. */
export interface AlertStore {
  /** Takes or renews the lease. @returns whether this process is the one that tells, for the next {@link LEASE} ms */
  claim(): Promise<boolean>;
  read(): Promise<Map<string, object>>;
  /** Undefined removes an entry. @returns false when the lease was lost: nothing was written then */
  save(entries: ReadonlyMap<string, object | undefined>): Promise<boolean>;
  /** Lets another process have the lease at once. */
  release(): Promise<void>;
}

/** Milliseconds. */
const LEASE = 15_000;
/** What nobody touched for so long is forgotten; milliseconds. */
const KEPT = 30 * 24 * 3_600_000;

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
const VERSION = 1;

const schema = z.looseObject({ v: z.literal(VERSION).optional() }).transform(({ v: _v, ...entry }) => entry);

/** @param lease milliseconds until a process that died is replaced; for tests */
export function createAlertStore(client: RedisClient, prefix: string, lease = LEASE): AlertStore {
  const token = randomUUID();
  const [leaseKey, told] = [storeKey(prefix, 'alerts', 'lease'), storeKey(prefix, 'alerts', 'told')];
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
      const entries = Object.entries(await client.hgetall(told));
      return new Map(entries.flatMap(([key, json]) => storedList(schema, json).map((entry) => [key, entry])));
    },
    async save(entries) {
      if (entries.size === 0) return true;
      assertReady();
      const args = Array.from(entries, ([key, entry]) => [
        key,
        entry === undefined ? '' : JSON.stringify({ v: VERSION, ...entry }),
      ]);
      return (await runScript(client, SAVE, [leaseKey, told], [token, lease, KEPT, ...args.flat()])) === 1;
    },
    async release() {
      if (isReady(client)) await runScript(client, RELEASE, [leaseKey], [token]);
    },
  };
}
