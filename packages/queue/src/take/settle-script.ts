/**
 * Settles the deliveries of one request, or of several with one each: BullMQ's own move of each out of `active`, then
 * what the hold and the order make of it. One step, so a process that is killed leaves either all of it or nothing.
 *
 * A lock that ran out while Redis was unavailable is no loss as long as the job was not taken again since.
 */
import { z } from 'zod';
import { BATCH_LUA } from '../batch/batch-lua.js';
import { BODY_LUA } from '../body/body-lua.js';
import { bullScript } from '../bull-script.js';
import type { RedisClient } from '../connection.js';
import { HOLD_LUA } from '../hold/hold-lua.js';
import type { SettleClass } from '../hold/settle-class.js';
import { LATEST_LUA } from '../latest/latest-lua.js';
import { queueKey } from '../names.js';
import { LANES_LUA } from '../order/lanes-lua.js';
import { ORDER_LUA } from '../order/order-lua.js';
import { RATE_LUA } from '../rate/rate-lua.js';
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
 * ARGV first part of the endpoint's keys, its name, {@link TakeSettings} as JSON, {@link SettlingRequest} without its
 *      members as JSON; for each member {@link Settling} without its texts as JSON, value, stack, detail
 * Returns for each member 0, or BullMQ's number for what is wrong: -1 the job is not there, -2 and -6 it is another's,
 * -3 it is not active; then milliseconds until the endpoint is to be looked at, or -1, reports as JSON, and the time.
 */
const SETTLE = script(`
${ENDPOINT_LUA}
${AGENDA_LUA}
${BODY_LUA}
${LANES_LUA}
${LATEST_LUA}
${ORDER_LUA}
${HOLD_LUA}
${RATE_LUA}
${BATCH_LUA}
${MOVES}
local E, S, now = endpointOf(ARGV[1], ARGV[2]), cjson.decode(ARGV[3]), nowMs()
local R = cjson.decode(ARGV[4])
-- Delays of one request end in one millisecond: that makes a group of its members.
local since = R.since or now
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
    return bullMove(E, DELAY, { E.base, since, id, A.token, A.delay, A.counted and '0' or '1', packed, 0 }, delay)
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

local next, isGivenBack, reports = nil, false, {}
local function lookAt(at) if at and (not next or at < next) then next = at end end

local function settle(A, value, stack, detail)
  local key = E.job(A.id)
  -- Before its job may be removed.
  local lane, subject, part = laneHeadedBy(E, A.id), latestOf(E, A.id)
  local answer = move(A, key, value, stack)
  if answer < 0 then return answer end
  if A.group then redis.call('HSET', key, 'bg', A.group) end
  if A.behind then batchBehind(E, A.id) end
  if A.tells then
    local held = holdSettled(E, S, now, A.class, A.id, A.probe, detail)
    if held then
      reports[#reports + 1] = held
      lookAt(now)
    end
  end
  if orderSettled(E, S, now, A.id, lane, A.to, A.class) then lookAt(now) end
  if A.to == 'wait' then
    isGivenBack = true
    lookAt(now)
  elseif A.to == 'delayed' then lookAt(A.behind and now or now + A.delay) end
  for _, report in ipairs(latestSettled(E, now, subject, part, A.to)) do reports[#reports + 1] = report end
  return 0
end

local answers = {}
for n = 5, #ARGV, 4 do
  answers[#answers + 1] = settle(cjson.decode(ARGV[n]), ARGV[n + 1], ARGV[n + 2], ARGV[n + 3])
end
if R.closes then batchClose(E, R.closes) end
if R.unsent and R.unsent > 0 and S.rate then
  rateRefund(E, S, now, R.unsent)
  lookAt(now)
end
if next then agendaLower(E.name, next) end
-- A process that gives a delivery back does not take it again.
if isGivenBack then agendaWake(E.name) end
return { answers, next and next - now or -1, #reports > 0 and cjson.encode(reports) or '', since }
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
  /** The hold counts this one: members of one request are one answer of the receiver. */
  tells: boolean;
  class: SettleClass;
  probe: boolean;
  /** Of members that are retried together, as {@link storedGroup} writes it. */
  group?: string;
  /** Back to the head of the waiting ones, instead of the delay. */
  behind?: true;
  /** JSON for `completed`, else words. */
  value: string;
  /** The last answer; empty: none. */
  stack: string;
  /** JSON, for the hold. */
  detail: string;
}

/** What a request is beside its members. */
export interface SettlingRequest {
  /** Ends with these members: its id. */
  closes?: string;
  /** Requests in which nothing was sent: they do not count for the rate. */
  unsent?: number;
  /** Epoch milliseconds of Redis at which its first members were settled. */
  since?: number;
}

/** `settled`; `gone`: the job was removed meanwhile; `lost`: another process has it, or it waits again. */
export type SettledAs = 'settled' | 'gone' | 'lost';

/** What Redis made of it. */
export interface Settled {
  /** For each member. */
  as: SettledAs[];
  /** Milliseconds until the endpoint is to be looked at; undefined: nothing changes. */
  nextMs: number | undefined;
  reports: TakeReport[];
  /** For the other members of the request. */
  since: number;
}

const answerSchema = z.tuple([z.array(z.number()), z.number(), z.string(), z.number()]);

/** Rejects with Redis' error: whether it was settled is not known then. */
export async function settleJobs(
  client: RedisClient,
  prefix: string,
  { endpoint, settings }: { endpoint: string; settings: string },
  members: readonly Settling[],
  request: SettlingRequest,
): Promise<Settled> {
  const wait = queueKey(prefix, endpoint, 'wait');
  const keys = [wait, agendaKeyBeside(client, prefix, wait)];
  const args = [queueKey(prefix, endpoint, ''), endpoint, settings, JSON.stringify(request)];
  for (const { value, stack, detail, ...rest } of members) {
    args.push(JSON.stringify(rest), value, stack, detail);
  }
  const [answers, nextMs, reports, since] = answerSchema.parse(await runScript(client, SETTLE, keys, args));
  return {
    as: answers.map((answer) => (answer === 0 ? 'settled' : answer === -1 ? 'gone' : 'lost')),
    nextMs: nextMs < 0 ? undefined : nextMs,
    reports: readReports(reports),
    since,
  };
}
