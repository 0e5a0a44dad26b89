/**
 * Notices that Redis has lost what was stored: it was flushed, it came back empty, or as it was some time ago.
 *
 * Each primary keeps a witness: an id, and a count that grows once a second. A process remembers both. A witness that is
 * gone or another one, or a count that went back, means that this is no longer the data that the process wrote to. Who
 * finds it first renews the witness in the same step, with the window of what may be missing, so a loss is reported
 * once, and everyone else learns of it.
 *
 * A loss of less than a second is not noticed, as after a failover to a replica that was hardly behind.
 */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { storeKey } from '../names.js';
import { script } from '../script.js';
import { readStored } from '../stored-json.js';

/** What Redis has lost. */
export interface Loss {
  /** Deliveries that ingest took between these two may be missing, in epoch milliseconds of Redis' clock. */
  from: number;
  until: number;
  /** `empty`: all was lost, dead letters and pauses too; `older`: what was written since `from`. */
  state: 'empty' | 'older';
}

/** A primary's witness as it was seen. */
export interface Witness {
  id: string;
  count: number;
  /** When it was made, in epoch milliseconds of Redis' clock. */
  born: number;
}

/** What a look at a witness has found. */
export interface Seen {
  witness: Witness;
  /** Every loss that is known of this primary. */
  losses: Loss[];
  /** This look has found that what was seen before is gone. */
  isLost: boolean;
  /** And no other process has found it before, so it is this one's to report. */
  isFirst: boolean;
}

/** Between two counts, in milliseconds. */
const COUNT_INTERVAL_MS = 1_000;

/**
 * KEYS[1] the witness; ARGV id and count as they were seen before (empty: never), an id for a new one, epoch ms from
 * which on deliveries are missing if it is gone. Fields: `id`, `count`, `at` of the last count, `born`, and
 * `lost:ID` for each data that was lost.
 */
const LOOK = script(`
local key, known, seen, candidate, from = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local id = redis.call('HGET', key, 'id')
local count = tonumber(redis.call('HGET', key, 'count') or 0)
local at = tonumber(redis.call('HGET', key, 'at') or 0)
local isOlder = id == known and count < seen
local isLost = known ~= '' and (isOlder or id ~= known)
local state = 'empty'
if isOlder then
  from = string.format('%.0f', at)
  state = 'older'
end
if not id or isOlder then
  id = candidate
  redis.call('HSET', key, 'id', id)
  redis.call('HSETNX', key, 'born', string.format('%.0f', now))
end
local isFirst = 0
if isLost then
  local loss = string.format('{"from":%s,"until":%.0f,"state":"%s"}', from, now, state)
  isFirst = redis.call('HSETNX', key, 'lost:' .. known, loss)
end
if now - at >= ${COUNT_INTERVAL_MS} or now < at then
  count = redis.call('HINCRBY', key, 'count', 1)
  redis.call('HSET', key, 'at', string.format('%.0f', now))
end
return { id, count, tonumber(redis.call('HGET', key, 'born')), isLost and 1 or 0, isFirst, redis.call('HVALS', key) }
`);

const answerSchema = z.tuple([
  z.string(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.array(z.string()),
]);
const lossSchema = z.object({ from: z.number(), until: z.number(), state: z.enum(['empty', 'older']) });

/**
 * Looks at the witness of one primary, and makes one where there is none. Rejects with Redis' error.
 * @param before as it was seen last by this process; undefined the first time
 * @param from epoch milliseconds: everything that ingest took before was delivered or dead when this was last known
 */
export async function lookAtWitness(
  node: Redis,
  key: string,
  before: Witness | undefined,
  from: number,
): Promise<Seen> {
  const args = [before?.id ?? '', before?.count ?? 0, randomUUID(), Math.floor(from)];
  const answer = await node.evalsha(LOOK.sha, 1, key, ...args).catch((error: Error) => {
    if (!error.message.startsWith('NOSCRIPT')) throw error;
    return node.eval(LOOK.lua, 1, key, ...args);
  });
  const [id, count, born, isLost, isFirst, values] = answerSchema.parse(answer);
  const losses = values
    .filter((value) => value.startsWith('{'))
    .map((value) => readStored(lossSchema, value));
  return {
    witness: { id, count, born },
    losses: losses.filter((loss) => loss !== undefined),
    isLost: isLost === 1,
    isFirst: isFirst === 1,
  };
}

/** Where the witness of a primary is. */
export const witnessKey = (prefix: string, store: string): string => storeKey(prefix, store, 'witness');
