/**
 * One look at an endpoint: moves stalled jobs back, asks the gates, takes what there is room for, and says when the next
 * look is due. All of it in one step of Redis, so however many processes look at once, each delivery goes to one of
 * them and no limit is exceeded.
 *
 * Due retries are taken straight out of `delayed`, by turns with fresh deliveries: a backlog of retries that was
 * promoted as a whole would be in front of every fresh one.
 */
import { z } from 'zod';
import { BATCH_LUA } from '../batch/batch-lua.js';
import { BODY_LUA } from '../body/body-lua.js';
import { bullScript, SCORE_PER_MS } from '../bull-script.js';
import type { RedisClient } from '../connection.js';
import { HOLD_LUA } from '../hold/hold-lua.js';
import { LATEST_LUA } from '../latest/latest-lua.js';
import { queueKey } from '../names.js';
import { LANES_LUA } from '../order/lanes-lua.js';
import { ORDER_LUA } from '../order/order-lua.js';
import { RATE_LUA } from '../rate/rate-lua.js';
import { runScriptBuffer, script } from '../script.js';
import { agendaKeyBeside } from './agenda.js';
import { AGENDA_LUA } from './agenda-lua.js';
import { ENDPOINT_LUA } from './endpoint-lua.js';
import { readReports, type TakeReport } from './report.js';

/**
 * A killed worker's delivery runs again after at most 15 s. Locks are renewed at half the time, so an event loop that
 * hangs for 5 s risks a second delivery.
 */
export const LOCK_MS = 5_000;
/** Two checks for stalled jobs of an endpoint are so far apart. */
const STALL_CHECK_MS = 5_000;
/** Of an endpoint at its limit, whose processes look again whenever one of its deliveries is settled. */
const AT_LIMIT_MS = 1_000;
/** Looked at in one look, however many of them are parked behind others of their order. */
const MOST_TRIES = 200;
/** Bytes of a body that travel with its job. A larger one is read when its turn comes: a look stays small. */
const INLINE_BYTES = 4_096;

const STALLED = `
local function moveStalled(E, now)
  local redis = setmetatable({ call = quietly(redis.call) }, { __index = redis })
  local KEYS = keysOf(E, { 'stalled', 'wait', 'active', 'stalled-check', 'meta', 'paused', 'marker', 'events', 'repeat' })
  -- A crash costs no attempt, however often.
  local ARGV = { 2 ^ 53, E.base, now, ${STALL_CHECK_MS} }
  local function move()
${bullScript('moveStalledJobsToWait').content}
  end
  return move()
end
`;

/**
 * KEYS the list of waiting ones, the agenda (in a Cluster: the first again)
 * ARGV first part of the endpoint's keys, its name, token, free slots, {@link TakeSettings} as JSON
 * Returns `slots` when more could be taken with more room, else `idle`; milliseconds until the next look, or -1; ids of
 *         stalled jobs; reports as JSON; and for each job id, data, attempts made, stalls, starts, flag, request,
 *         group, traceparent, body (empty: it is large; nil: there is none).
 */
const TAKE = script(`
${ENDPOINT_LUA}
${AGENDA_LUA}
${BODY_LUA}
${LANES_LUA}
${LATEST_LUA}
${ORDER_LUA}
${HOLD_LUA}
${RATE_LUA}
${BATCH_LUA}
${STALLED}
local E, token, free, S = endpointOf(ARGV[1], ARGV[2]), ARGV[3], tonumber(ARGV[4]), cjson.decode(ARGV[5])
local now = nowMs()
local jobs, reports, stalled, next = {}, {}, {}, nil
-- Taken in this look: deliveries, or with \`batch\` requests with several of them.
local requests = 0
local isOneByOne = S.batch and S.order == 'endpoint'
-- A batch keeps the order of the endpoint by itself.
local O = S.batch and setmetatable({ order = 'none' }, { __index = S }) or S
local function lookAt(at) if at and (not next or at < next) then next = at end end
-- Redis lets a script finish that has removed something before memory ran out: a full one is drained.
redis.call('DEL', E.ours('none'))

local active = redis.call('LLEN', E.active)
local function checkStalled()
  if active == 0 then return end
  local due = redis.call('PTTL', E.base .. 'stalled-check')
  if due <= 0 then
    local before = isOneByOne and redis.call('LRANGE', E.active, 0, -1)
    stalled = moveStalled(E, now)
    if isOneByOne and #stalled > 0 then batchReturned(E, before, stalled) end
    for _, id in ipairs(stalled) do
      for _, report in ipairs(latestReturned(E, id, now)) do reports[#reports + 1] = report end
    end
    active, due = active - #stalled, ${STALL_CHECK_MS}
  end
  if active > 0 then lookAt(now + due + 1) end
end

-- Of a job that is in the list of active ones. That comes first: whatever Redis refuses then, a job is never in no list.
local function activate(id, flag, request, group)
  local key = E.job(id)
  local stored = redis.call('HMGET', key, 'data', 'atm', 'stc', 'ats', 'tp')
  local started = (tonumber(stored[4]) or 0) + 1
  redis.call('SET', key .. ':lock', token, 'PX', ${LOCK_MS})
  redis.call('HSET', key, 'processedOn', now, 'ats', started)
  local ref = string.match(stored[1] or '', '"b":"([^"]+)"')
  local body, length = ref and bodyKey(key, ref), 0
  if body then length = redis.call('STRLEN', body) end
  if length > ${INLINE_BYTES} then body = '' else body = length > 0 and redis.call('GET', body) end
  jobs[#jobs + 1] = {
    id, stored[1] or '', tonumber(stored[2]) or 0, tonumber(stored[3]) or 0, started, flag, request, group,
    stored[5] or '', body
  }
end

-- They are in the list of active ones.
local function open(ids, flag, group)
  requests = requests + 1
  local request = ''
  if S.batch then
    -- No other take of these deliveries has this id.
    request = ids[1] .. ':' .. (redis.call('HGET', E.job(ids[1]), 'ats') or 0)
    batchOpen(E, request, now + ${LOCK_MS})
  end
  for _, id in ipairs(ids) do
    if S.batch then redis.call('HDEL', E.job(id), 'bg') end
    activate(id, flag, request, group or '')
  end
end

local function place(ids)
  for _, id in ipairs(ids) do redis.call('LPUSH', E.active, id) end
end
local hasLatest = redis.call('EXISTS', E.ours('latest')) == 1
local function isStale(id) return hasLatest and latestStale(E, id, now, reports) end
local function admit(id, flag)
  if not isStale(id) and orderAdmit(E, O, id) then open({ id }, flag) else redis.call('LREM', E.active, 1, id) end
end
local function takeRetry(id)
  redis.call('LPUSH', E.active, id)
  redis.call('ZREM', E.delayed, id)
  redis.call('HSET', E.job(id), 'delay', 0)
  admit(id, 'retry')
end
-- False when none is left.
local function takeFresh()
  local id = redis.call('RPOPLPUSH', E.wait, E.active)
  -- Without an order a priority is none of ours; it is delivered all the same.
  if not id and S.order == 'none' then
    id = redis.call('ZRANGE', E.prioritized, 0, 0)[1]
    if id then
      redis.call('LPUSH', E.active, id)
      redis.call('ZREM', E.prioritized, id)
    end
  end
  if id then admit(id, 'fresh') end
  return id ~= false and id ~= nil
end
-- Retries that are due; with an order perhaps only one of them may be taken.
local function dueRetries(gate, count)
  if gate.retries == false then return {} end
  local due = (now + 1) * ${SCORE_PER_MS} - 1
  if not gate.only then return redis.call('ZRANGE', E.delayed, '-inf', due, 'BYSCORE', 'LIMIT', 0, count) end
  local score = gate.only ~= '' and redis.call('ZSCORE', E.delayed, gate.only)
  return score and tonumber(score) <= due and { gate.only } or {}
end

local function pick(gate, room)
  local retries, nth, turn, tries = dueRetries(gate, room - requests), 1, E.ours('turn'), 0
  local fresh = gate.fresh ~= false
  local retryNext = #retries > 0 and redis.call('EXISTS', turn) == 1
  while requests < room and tries < ${MOST_TRIES} and (fresh or retries[nth]) do
    tries = tries + 1
    if retries[nth] and (retryNext or not fresh) then
      takeRetry(retries[nth])
      nth, retryNext = nth + 1, false
    else
      fresh = takeFresh()
      retryNext = true
    end
  end
  if #retries == 0 then return end
  if retryNext then redis.call('SET', turn, 1, 'PX', 60000) else redis.call('DEL', turn) end
end

-- False when all of them are superseded.
local function openBatch(ids, flag, group)
  local left = {}
  for _, id in ipairs(ids) do
    if isStale(id) then redis.call('LREM', E.active, 1, id) else left[#left + 1] = id end
  end
  if #left > 0 then open(left, flag, group) end
  return #left > 0
end

-- Whether more could be taken with more room.
local function pickBatches(gate, room)
  if isOneByOne and redis.call('LLEN', E.active) > 0 then
    return redis.call('LLEN', E.wait) > 0 or redis.call('ZCARD', E.delayed) > 0
  end
  local turn = E.ours('turn')
  local retryNext = redis.call('EXISTS', turn) == 1
  while true do
    local request, at = batchNext(E, S, now, gate, retryNext)
    lookAt(at)
    if not request or requests >= room then return request ~= nil end
    place(request.ids)
    batchRemove(E, request)
    local isOpen = openBatch(request.ids, request.flag, request.group)
    retryNext = request.flag == 'fresh'
    if retryNext then redis.call('SET', turn, 1, 'PX', 60000) else redis.call('DEL', turn) end
    if isOneByOne and isOpen then return redis.call('LLEN', E.wait) > 0 or redis.call('ZCARD', E.delayed) > 0 end
  end
end

-- Whether more could be taken with more room; what is due later is looked at then.
local function isLeft(gate)
  -- The one of the delayed that may go was taken; the next one goes when it is settled.
  if gate.only and gate.only ~= '' and requests > 0 then
    return redis.call('LLEN', E.wait) > 0 or redis.call('ZCARD', E.delayed) > 0
  end
  local delayed = gate.retries ~= false
  if gate.only then delayed = delayed and gate.only ~= '' and redis.call('ZSCORE', E.delayed, gate.only)
  else delayed = delayed and redis.call('ZRANGE', E.delayed, 0, 0, 'WITHSCORES')[2] end
  local due = delayed and math.floor(delayed / ${SCORE_PER_MS})
  if due and due > now then lookAt(due) end
  return due and due <= now or gate.fresh ~= false and (redis.call('LLEN', E.wait) > 0
    or S.order == 'none' and redis.call('ZCARD', E.prioritized) > 0)
end

-- The gate of the hold, narrowed by the order: \`limit\` in flight at once, \`only\` this one of the delayed ('' for none).
local function ordered(gate)
  local order = orderGate(E, O, now)
  if not order then return gate end
  gate.limit, gate.only = math.min(gate.limit or order.limit, order.limit), order.retry or ''
  if order.fresh == false then gate.fresh = false end
  lookAt(order.next)
  return gate
end

local function prepare()
  local meta = redis.call('HMGET', E.meta, 'paused', 'concurrency', 'wakeat')
  -- For workers of earlier versions, and for the board.
  if tonumber(meta[2]) ~= S.concurrency then redis.call('HSET', E.meta, 'concurrency', S.concurrency) end
  -- So many waiting ones are worth a look.
  local wakeAt = S.batch and S.batch.events
  if wakeAt and tonumber(meta[3]) ~= wakeAt then redis.call('HSET', E.meta, 'wakeat', wakeAt)
  elseif meta[3] and not wakeAt then redis.call('HDEL', E.meta, 'wakeat') end
  if meta[1] then return false end
  local preparing = orderPrepare(E, isOneByOne and S or O, now)
  lookAt(preparing)
  return not preparing
end

local function inFlightNow()
  if not S.batch then return active end
  local count = batchInFlight(E, now)
  return isOneByOne and active > 0 and math.max(count, 1) or count
end

-- So many requests of what died of an outage.
local function revive(count)
  local size = S.batch and S.batch.events or 1
  local ids = holdRevive(E, O, now, count * size)
  for from = 1, #ids, size do
    local some = {}
    for n = from, math.min(from + size - 1, #ids) do some[#some + 1] = ids[n] end
    place(some)
    if S.batch then openBatch(some, 'revived') else admit(some[1], 'revived') end
  end
end

local function take()
  if not prepare() then return 'idle' end
  local gate = ordered(holdGate(E, S, now))
  reports[#reports + 1] = gate.report
  local inFlight, limit = inFlightNow(), math.min(S.concurrency, gate.limit or S.concurrency)
  if isOneByOne then limit = math.min(limit, 1) end
  local room = math.max(0, math.min(free, limit - inFlight))
  local allowed, rateAt = rateGate(E, S, now, room)
  if allowed < room then room = allowed else rateAt = nil end
  if room > 0 and gate.probe and (not isOneByOne or batchProbe(E)) then
    local probe = holdProbe(E, O, now)
    if probe then
      place({ probe })
      openBatch({ probe }, 'probe')
    end
  end
  if gate.revive and room > requests then revive(holdShare(E, room - requests)) end
  local more
  if S.batch then more = pickBatches(gate, room) elseif room > 0 then pick(gate, room) end
  if gate.revive and room > requests then revive(room - requests) end
  rateTaken(E, S, now, requests)
  if #jobs > 0 and active == 0 then lookAt(now + ${STALL_CHECK_MS}) end
  lookAt(gate.next)
  if not S.batch then more = isLeft(gate) end
  if not more then return 'idle' end
  if rateAt and requests >= room then
    lookAt(rateAt)
    return 'idle'
  end
  lookAt(inFlight + requests < limit and now or now + ${AT_LIMIT_MS})
  return 'slots'
end

checkStalled()
local state = take()
agendaSet(E.name, next)
return { state, next and next - now or -1, stalled, #reports > 0 and cjson.encode(reports) or '', jobs }
`);

/** A job that this process has taken. */
export interface TakenJob {
  id: string;
  /** JSON. */
  data: string;
  /** Attempts that count, before this one. */
  attemptsMade: number;
  /** How often it was found without a living worker. */
  stalledCounter: number;
  /** How often it was taken, this time included: what settles it must know this number. */
  started: number;
  flag: 'fresh' | 'retry' | 'probe' | 'revived';
  /** Of the deliveries that go out together; empty where each goes out alone. */
  request: string;
  /** Of members that failed together, as `storedGroup` writes it; else empty. */
  group: string;
  /** `traceparent` that it was added with; empty for none. */
  trace: string;
  /** `large`: to be read from its own key; `missing`: there is none where there should be one, or the job never had one. */
  body: Buffer | 'large' | 'missing';
}

/** What one look found. */
export interface Look {
  /** More could be taken as soon as a slot is free. */
  wantsSlots: boolean;
  /** Milliseconds until the next look; undefined: nothing is waiting, delayed or active. */
  nextMs: number | undefined;
  /** Ids of deliveries whose worker died; they wait again. */
  stalled: string[];
  reports: TakeReport[];
  jobs: TakenJob[];
}

/** Whose look it is. */
export interface LookAt {
  endpoint: string;
  token: string;
  /** Free slots in this process. */
  free: number;
  /** {@link TakeSettings} as JSON. */
  settings: string;
}

const aBuffer = z.custom<Buffer>((value) => Buffer.isBuffer(value));
const aText = aBuffer.transform(String);
const aJob = z.tuple([
  aText,
  aText,
  z.number(),
  z.number(),
  z.number(),
  aText.pipe(z.enum(['fresh', 'retry', 'probe', 'revived'])),
  aText,
  aText,
  aText,
  aBuffer.nullish(),
]);
const answerSchema = z.tuple([aText, z.number(), z.array(aText), aText, z.array(aJob)]);

/** Rejects with Redis' error. */
export async function lookAt(client: RedisClient, prefix: string, look: LookAt): Promise<Look> {
  const { endpoint, token, free, settings } = look;
  const wait = queueKey(prefix, endpoint, 'wait');
  const keys = [wait, agendaKeyBeside(client, prefix, wait)];
  const args = [queueKey(prefix, endpoint, ''), endpoint, token, free, settings];
  const [state, nextMs, stalled, reports, jobs] = answerSchema.parse(
    await runScriptBuffer(client, TAKE, keys, args),
  );
  return {
    wantsSlots: state === 'slots',
    nextMs: nextMs < 0 ? undefined : nextMs,
    stalled,
    reports: readReports(reports),
    jobs: jobs.map(
      ([id, data, attemptsMade, stalledCounter, started, flag, request, group, trace, body]) => ({
        ...{ id, data, attemptsMade, stalledCounter, started, flag, request, group, trace },
        body: body ? (body.length > 0 ? body : 'large') : 'missing',
      }),
    ),
  };
}
