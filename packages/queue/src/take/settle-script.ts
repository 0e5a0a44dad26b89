/**
 * Settles one delivery: BullMQ's own move out of `active`, then what the hold and the order make of it. One step, so a
 * process that is killed leaves either all of it or nothing.
 *
 * A lock that ran out while Redis was unavailable is no loss as long as the job was not taken again since.
 */
import { z } from 'zod';
import { BODY_LUA } from '../body/body-lua.js';
import { bullScript } from '../bull-script.js';
import type { RedisClient } from '../connection.js';
import { HOLD_LUA } from '../hold/hold-lua.js';
import type { SettleClass } from '../hold/settle-class.js';
import { queueKey } from '../names.js';
import { ORDER_LUA } from '../order/order-lua.js';
import { runScript, script } from '../script.js';
import { agendaKeyBeside } from './agenda.js';
import { AGENDA_LUA } from './agenda-lua.js';
import { ENDPOINT_LUA } from './endpoint-lua.js';
import { readReports, type TakeReport } from './report.js';
import { LOCK_MS } from './take-script.js';

const MOVES = `
local function bullMove(E, KEYS, ARGV, move)
  return move(setmetatable({ call = quietly(redis.call) }, { __index = redis }), keysOf(E, KEYS), ARGV)
end
local function finish(redis, KEYS, ARGV)
${bullScript('moveToFinished').content}
end
local function delay(redis, KEYS, ARGV)
${bullScript('moveToDelayed').content}
end
local function giveBack(redis, KEYS, ARGV)
${bullScript('moveJobFromActiveToWait').content}
end
local FINISH = {
  'wait', 'active', 'prioritized', 'events', 'stalled', 'limiter', 'delayed', 'paused', 'meta', 'pc', 'TO', 'ID',
  'metrics', 'marker'
}
local DELAY = {
  'marker', 'active', 'prioritized', 'delayed', 'ID', 'events', 'meta', 'stalled', 'wait', 'limiter', 'pc'
}
local GIVE_BACK = { 'active', 'wait', 'stalled', 'paused', 'meta', 'limiter', 'prioritized', 'marker', 'events' }
`;

/**
 * KEYS the list of waiting ones, the agenda (in a Cluster: the first again)
 * ARGV first part of the endpoint's keys, its name, {@link TakeSettings} as JSON, {@link Settling} without its texts as
 *      JSON, value, stack, detail
 * Returns 0, or BullMQ's number for what is wrong: -1 the job is not there, -2 and -6 it is another's, -3 it is not
 * active; then milliseconds until the endpoint is to be looked at, or -1, and reports as JSON.
 */
const SETTLE = script(`
${ENDPOINT_LUA}
${AGENDA_LUA}
${BODY_LUA}
${HOLD_LUA}
${ORDER_LUA}
${MOVES}
local E, S, now = endpointOf(ARGV[1], ARGV[2]), cjson.decode(ARGV[3]), nowMs()
-- Redis lets a script finish that has removed something before memory ran out: a full one is drained.
redis.call('DEL', E.ours('none'))

local function isOurs(A, key)
  if redis.call('HGET', key, 'ats') ~= tostring(A.started) then return false end
  if redis.call('GET', key .. ':lock') then return true end
  -- The lock ran out, and the job is where we left it.
  if redis.call('LPOS', E.active, A.id) then redis.call('SET', key .. ':lock', A.token, 'PX', ${LOCK_MS}) end
  return true
end

local function move(A, key, value, stack)
  if redis.call('EXISTS', key) == 0 then return -1 end
  if not isOurs(A, key) then return -6 end
  local id, fields = A.id, stack ~= '' and { 'failedReason', value, 'stacktrace', stack } or nil
  local packed = fields and cmsgpack.pack(fields) or nil
  if A.to == 'delayed' then
    DELAY[5] = id
    return bullMove(E, DELAY, { E.base, now, id, A.token, A.delay, A.counted and '0' or '1', packed, 0 }, delay)
  end
  if A.to == 'wait' then
    local answer = bullMove(E, GIVE_BACK, { id, A.token, key }, giveBack)
    if answer >= 0 and fields then redis.call('HSET', key, unpack(fields)) end
    return answer
  end
  FINISH[11], FINISH[12], FINISH[13] = A.to, id, 'metrics:' .. A.to
  local keep = A.to == 'completed' and A.keep or { count = -1 }
  local opts = { token = A.token, keepJobs = keep, attempts = 2 ^ 53, maxMetricsSize = '' }
  local property = A.to == 'completed' and 'returnvalue' or 'failedReason'
  -- Read before: where retention keeps few, the script may remove the very job that it finishes.
  local held = A.to == 'completed' and bodyOf(key)
  local answer = bullMove(E, FINISH, { id, now, property, value, A.to, 0, E.base, cmsgpack.pack(opts), packed }, finish)
  if answer < 0 then return answer end
  if held then releaseBody(key, held) end
  if not A.counted and redis.call('EXISTS', key) == 1 then redis.call('HINCRBY', key, 'atm', -1) end
  return answer
end

local function settle(A, value, stack, detail)
  local answer, reports, next = move(A, E.job(A.id), value, stack), {}, nil
  if answer < 0 then return { answer, -1, '' } end
  local held = holdSettled(E, S, now, A.class, A.id, A.probe, detail)
  if held then reports[1] = held end
  if orderSettled(E, S, now, A.id, A.to) or held or A.to == 'wait' then next = now
  elseif A.to == 'delayed' then next = now + A.delay end
  local superseded = latestSettled(E, S, now, A.id, A.to)
  if superseded then reports[#reports + 1] = superseded end
  if next then agendaLower(E.name, next) end
  -- Whoever gives a delivery back does not take it again.
  if A.to == 'wait' then agendaWake(E.name) end
  return { 0, next and next - now or -1, #reports > 0 and cjson.encode(reports) or '' }
end
return settle(cjson.decode(ARGV[4]), ARGV[5], ARGV[6], ARGV[7])
`);

/** A delivery that was taken, and what becomes of it. */
export interface Settling {
  id: string;
  /** Of this process, and of this take of the job. */
  token: string;
  started: number;
  to: 'completed' | 'failed' | 'delayed' | 'wait';
  /** Whether it was an attempt. */
  counted: boolean;
  /** Milliseconds, for `delayed`. */
  delay?: number;
  /** How many and how long `completed` ones are kept: seconds. */
  keep?: { age: number; count: number };
  class: SettleClass;
  probe: boolean;
  /** JSON for `completed`, else words. */
  value: string;
  /** The last answer; empty: none. */
  stack: string;
  /** What the receiver answered, in words; for the hold. */
  detail: string;
}

/** What Redis made of it. */
export interface Settled {
  /** `gone`: the job was removed meanwhile; `lost`: another process has it, or it waits again. */
  as: 'settled' | 'gone' | 'lost';
  /** Milliseconds until the endpoint is to be looked at; undefined: nothing changes. */
  nextMs: number | undefined;
  reports: TakeReport[];
}

const answerSchema = z.tuple([z.number(), z.number(), z.string()]);

/** Rejects with Redis' error: whether it was settled is not known then. */
export async function settleJob(
  client: RedisClient,
  prefix: string,
  { endpoint, settings }: { endpoint: string; settings: string },
  settling: Settling,
): Promise<Settled> {
  const { value, stack, detail, ...rest } = settling;
  const wait = queueKey(prefix, endpoint, 'wait');
  const keys = [wait, agendaKeyBeside(client, prefix, wait)];
  const args = [queueKey(prefix, endpoint, ''), endpoint, settings, JSON.stringify(rest), value, stack, detail];
  const [answer, nextMs, reports] = answerSchema.parse(await runScript(client, SETTLE, keys, args));
  return {
    as: answer === 0 ? 'settled' : answer === -1 ? 'gone' : 'lost',
    nextMs: nextMs < 0 ? undefined : nextMs,
    reports: readReports(reports),
  };
}
