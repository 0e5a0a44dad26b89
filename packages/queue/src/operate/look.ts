/**
 * One delivery and its state, of one moment and in one round trip. BullMQ's own `getState` looks for the id in the
 * list of all that wait, so one page about 2,000 deliveries would keep Redis busy for seconds while 10,000 wait in
 * each queue. Here a job that is in none of the other places waits, which is the same and costs nothing.
 */
import { z } from 'zod';
import { BODY_LUA } from '../body/body-lua.js';
import { jobFields } from '../body/read.js';
import { coalesce, type RedisClient } from '../connection.js';
import { queueKey } from '../names.js';
import { runScriptBuffer, script } from '../script.js';
import { STORED_FIELDS, type Stored, storedFrom } from './stored.js';

/** States that can be listed. `delivered`: settled without being dead, so also what a rule ignored. */
export const DELIVERY_STATES = ['waiting', 'active', 'delayed', 'delivered', 'dead'] as const;
/** One of {@link DELIVERY_STATES}. */
export type ListedState = (typeof DELIVERY_STATES)[number];

/** What a look has found. */
export interface Looked {
  state: ListedState;
  /** Epoch milliseconds: when it was settled; of a delayed one, when its next attempt is due. */
  at?: number;
  stored: Stored;
}

/** BullMQ's scores of delayed jobs: milliseconds and 12 bits that order those of one millisecond. */
export const DELAY_SCALE = 0x1000;

/**
 * KEYS    the job, completed, failed, delayed, active
 * ARGV    id, then the fields to read
 * Returns nothing when there is no such job; else state, score (empty without one), and the fields with the body behind them
 */
const LOOK = script(`${BODY_LUA}
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local fields = redis.call('HMGET', KEYS[1], unpack(ARGV, 2))
local body = bodyOf(KEYS[1])
fields[#ARGV] = body and redis.call('GET', body)
for i, state in ipairs({ 'delivered', 'dead', 'delayed' }) do
  local score = redis.call('ZSCORE', KEYS[i + 1], ARGV[1])
  if score then return { state, score, fields } end
end
-- As many as are in flight, which is few.
for _, id in ipairs(redis.call('LRANGE', KEYS[5], 0, -1)) do
  if id == ARGV[1] then return { 'active', '', fields } end
end
return { 'waiting', '', fields }
`);

const aText = z.custom<Buffer>((value) => Buffer.isBuffer(value)).transform(String);
const lookSchema = z.tuple([aText, aText, z.unknown()]);

/** @returns undefined when there is no such job */
export async function lookAt(
  client: RedisClient,
  prefix: string,
  endpoint: string,
  id: string,
): Promise<Looked | undefined> {
  coalesce(client);
  const keys = [id, 'completed', 'failed', 'delayed', 'active'].map((part) =>
    queueKey(prefix, endpoint, part),
  );
  const answer = lookSchema.safeParse(await runScriptBuffer(client, LOOK, keys, [id, ...STORED_FIELDS]));
  if (!answer.success) return undefined;
  const [name, score, fields] = answer.data;
  const state = DELIVERY_STATES.find((known) => known === name);
  const stored = storedFrom(jobFields(fields), id, endpoint);
  if (!state || !stored) return undefined;
  if (score === '') return { state, stored };
  return { state, at: state === 'delayed' ? Math.floor(Number(score) / DELAY_SCALE) : Number(score), stored };
}
