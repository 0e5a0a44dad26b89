/**
 * What the receivers of `alerts` were notified of, over all processes and restarts; written by the
 * process that leads alone. One that has lost the lease cannot write: what it sent meanwhile may be sent once more by
 * its successor.
 */
import { z } from 'zod';
import { isReady, type RedisClient } from '../connection.js';
import { type Leader, leaseKey } from '../leader.js';
import { storeKey } from '../names.js';
import { notConnected } from '../refusal.js';
import { runScript, script } from '../script.js';
import { readStored, storedList } from '../stored-json.js';

/** Entries by key; what they hold is up to the caller, as JSON. */
export interface AlertStore {
  /** Asks Redis. @returns whether this process leads, and so is the one that sends */
  claim(): Promise<boolean>;
  read(): Promise<Map<string, object>>;
  /** One entry; undefined when there is none. Needs no lease. */
  get(key: string): Promise<object | undefined>;
  /** Undefined removes an entry. @returns false when the lease was lost: nothing was written then */
  save(entries: ReadonlyMap<string, object | undefined>): Promise<boolean>;
}

/** Entries are removed when none was written for so long. */
const KEPT_MS = 30 * 24 * 3_600_000;

/**
 * KEYS[1] the lease, KEYS[2] hash, entry -> JSON
 * ARGV token of the lease, ms to keep, then key and JSON; an empty one removes the entry
 * Returns 1 when the lease is ours and the entries are written.
 */
const SAVE = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 3, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[2], ARGV[i])
  else redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 1
`);

/** Of an entry that this version writes. */
const VERSION = 2;

const schema = z
  .looseObject({ v: z.union([z.literal(1), z.literal(VERSION)]).optional() })
  .transform(({ v: _v, ...entry }) => entry);

/** @param leader whose lease guards each write */
export function createAlertStore(
  client: RedisClient,
  prefix: string,
  leader: Pick<Leader, 'token' | 'confirm'>,
): AlertStore {
  // english: allow told, the name of a stored key
  const [lease, entriesKey] = [leaseKey(prefix), storeKey(prefix, 'alerts', 'told')];
  const assertReady = (): void => {
    if (!isReady(client)) throw notConnected(client);
  };
  return {
    claim: leader.confirm,
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
        (await runScript(client, SAVE, [lease, entriesKey], [leader.token, KEPT_MS, ...args.flat()])) === 1
      );
    },
  };
}
