/**
 * The state of a hold, and the gate in front of what is taken. A hash has the state for all workers; without it the
 * endpoint delivers. Its fields, times in epoch milliseconds:
 *
 * - `state`: absent, `held`, `recovering`
 * - `row`: the first failure by an outage reason since the last delivery; `failures`: in a row; `reason`, `detail`: of
 *   the last one
 * - `since`: when the hold began; `owed`: 1, something was held since the last delivery; `over`: 1, a hold has lasted
 *   for `for`, and there is none before a delivery
 * - `delay`, `probeAt`: of the next probe; `probe`: the delivery that probes, while it has its lock; `again`: 1, probe at
 *   once when that ends; `urls`: digests of the urls that were probed
 * - `until`: the receiver's `Retry-After`; `paused`: since when, without a hold; `ours`: until then trouble of our own
 * - `own`, `ownWhy`, `ownAt`: which trouble that is, in words, and since when
 * - `ended`, `waited`: when the hold was over, and what waited; `level`, `rampAt`: in flight at once, and since when
 * - `turn`: odd, the single free slot is for what is revived
 * - `windows`, `cursor`, `cursorAt`, `revived`: see `dead-lua.ts`
 * - `counted`: up to when the time held is in the metric
 */
import { LEAVE_NOTE } from '../operate/note-script.js';
import { DEAD_LUA } from './dead-lua.js';
import { HOLD_SETTLE_LUA } from './settle-lua.js';

/** A step of the ramp. */
const RAMP_MS = 1_000;
/** A probe whose process died is noticed by the look after so long. */
const PROBE_CHECK_MS = 5_000;

/** Lua: `holdRead(key)`, `holdStore(key, H, fields)`, `holdUncounted(H, now)`, `holdRelease(E, now)`. */
export const HOLD_STATE_LUA = `
local function holdRead(key)
  local flat, H = redis.call('HGETALL', key), {}
  for i = 1, #flat, 2 do H[flat[i]] = flat[i + 1] end
  return H
end
-- Writes the named fields; nil removes one.
local function holdStore(key, H, fields)
  local set, gone = {}, {}
  for _, field in ipairs(fields) do
    if H[field] == nil then gone[#gone + 1] = field
    else set[#set + 1], set[#set + 2] = field, H[field] end
  end
  if #set > 0 then redis.call('HSET', key, unpack(set)) end
  if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end
end
local function holdTime(H, field) return tonumber(H[field] or 0) end
-- Milliseconds held that no worker has counted yet.
local function holdUncounted(H, now)
  local ms = H.counted and math.max(0, now - tonumber(H.counted)) or 0
  H.counted = now
  return ms
end
-- A held endpoint is probed at once. Returns whether it is held.
local function holdRelease(E, now)
  local key = E.ours('hold')
  local H = holdRead(key)
  H['until'], H.ours = nil, nil
  if H.state == 'held' then
    H.probeAt, H.delay, H.again = now, nil, H.probe and 1 or nil
  end
  holdStore(key, H, { 'until', 'ours', 'probeAt', 'delay', 'again' })
  return H.state == 'held'
end
`;

/** Lua: `holdGate(E, S, now)`, `holdProbe(E, S, now)`, `holdRevive(E, S, now, n)`; see `take/take-script.ts`. */
export const HOLD_GATE_LUA = `
local function holdOrdered(S) return (S.order or 'none') ~= 'none' end
-- Without an answer of the receiver: after \`for\`, or because the setting is off.
local function holdGiveUp(E, S, H, now, gate)
  gate.report = { what = 'released', ms = now - holdTime(H, 'since'), heldMs = holdUncounted(H, now), reason = H.reason }
  H.over = S.hold and 1 or nil
  H.state, H.counted, H.failures, H.probe, H.probeAt, H.delay, H.again, H.urls = nil, nil, nil, nil, nil, nil, nil, nil
  holdStore(E.ours('hold'), H, { 'state', 'over', 'counted', 'failures', 'probe', 'probeAt', 'delay', 'again', 'urls' })
end
local function holdClose(E, H, gate)
  local key, since, ended = E.ours('hold'), holdTime(H, 'since'), holdTime(H, 'ended')
  gate.report = {
    what = 'recovered', ms = ended - since, waited = holdTime(H, 'waited'),
    revived = holdTime(H, 'revived'), reason = H.reason,
  }
  H.state, H.since, H.ended, H.waited, H.revived, H.level, H.rampAt, H.turn = nil
  holdStore(key, H, { 'state', 'since', 'ended', 'waited', 'revived', 'level', 'rampAt', 'turn' })
  if not H.row then redis.call('HDEL', key, 'reason', 'detail', 'cursor', 'cursorAt') end
end
local function holdRamp(E, S, H, now, gate)
  local key, level, at = E.ours('hold'), holdTime(H, 'level'), holdTime(H, 'rampAt')
  if H.windows and not (S.hold and S.hold.revive) then
    H.windows = nil
    redis.call('HDEL', key, 'windows', 'cursor', 'cursorAt')
  end
  while level < S.concurrency and now - at >= ${RAMP_MS} do level, at = level * 2, at + ${RAMP_MS} end
  -- Without a delivery since the last hold nothing is revived.
  local revives = H.windows ~= nil and not H.owed
  if level >= S.concurrency and not revives then return holdClose(E, H, gate) end
  if level ~= holdTime(H, 'level') then
    H.level, H.rampAt = level, at
    holdStore(key, H, { 'level', 'rampAt' })
  end
  gate.limit = math.min(level, S.concurrency)
  gate.revive = revives
  gate.next = level < S.concurrency and at + ${RAMP_MS} or now + ${RAMP_MS}
end
-- How many retries are due. Deferred deliveries have not been attempted: while nothing new is taken they wait with the
-- others. With an order the failures of an outage are no attempts.
local function holdDue(E, S, now)
  local due = redis.call('ZRANGEBYSCORE', E.delayed, '-inf', string.format('%.0f', now * 4096 + 4095), 'LIMIT', 0, 100)
  local retries = 0
  for i = #due, 1, -1 do
    if holdOrdered(S) or tonumber(redis.call('HGET', E.job(due[i]), 'atm') or 0) > 0 then retries = retries + 1
    else
      redis.call('ZREM', E.delayed, due[i])
      redis.call('RPUSH', E.wait, due[i])
    end
  end
  return retries
end
-- A changed url is probed at once. Two processes may have different ones for a moment: each is new once.
local function holdUrl(E, S, H, now)
  local url = S.hold.url
  if not url or string.find(H.urls or '', url, 1, true) then return end
  H.urls = (H.urls or '') .. url .. ' '
  holdStore(E.ours('hold'), H, { 'urls' })
  if H.urls ~= url .. ' ' and holdRelease(E, now) then
    H.probeAt, H['until'], H.ours = now, nil, nil
  end
end
-- What a probe can be made with; where nothing waits, the oldest that died of this outage waits again.
local function holdCandidate(E, S, H, now, look)
  if redis.call('LLEN', E.wait) + redis.call('ZCARD', E.prioritized) > 0 then return true end
  if holdOrdered(S) then return redis.call('ZCARD', E.delayed) > 0 end
  local dead, more = holdDead(E, H, now, 1, H.row)
  if #dead == 0 then
    if more then look(now) end
    return false
  end
  holdRevived(E, dead[1], now)
  redis.call('RPUSH', E.wait, dead[1])
  return true
end
local function holdHeld(E, S, H, now, gate)
  holdUrl(E, S, H, now)
  gate.fresh, gate.next = false, holdTime(H, 'since') + S.hold.forMs
  local isDue = holdDue(E, S, now) > 0
  local function look(at) gate.next = math.min(gate.next, at) end
  if H.probe and redis.call('EXISTS', E.job(H.probe) .. ':lock') == 1 then return look(now + ${PROBE_CHECK_MS}) end
  local probeAt = math.max(holdTime(H, 'probeAt'), holdTime(H, 'until'), holdTime(H, 'ours'))
  if now < probeAt then return look(probeAt) end
  -- A retry that is due is the probe; after it the next one is due later.
  if isDue or not holdCandidate(E, S, H, now, look) then return end
  gate.probe = true
  -- Where all slots are taken.
  look(now + ${RAMP_MS})
end
local function holdGate(E, S, now)
  local gate = { fresh = true, retries = true, probe = false, revive = false }
  local H = holdRead(E.ours('hold'))
  if not next(H) then return gate end
  if H.state == 'held' and not (S.hold and now < holdTime(H, 'since') + S.hold.forMs) then
    holdGiveUp(E, S, H, now, gate)
  end
  if H.state == 'held' then holdHeld(E, S, H, now, gate)
  elseif H.state == 'recovering' then holdRamp(E, S, H, now, gate) end
  local blocked = math.max(holdTime(H, 'until'), holdTime(H, 'ours'))
  if now < blocked then
    gate.fresh, gate.retries, gate.probe, gate.revive = false, false, false, false
    gate.next = math.max(gate.next or blocked, blocked)
  end
  return gate
end
-- The oldest that waits; with an order, the first that may go.
local function holdProbe(E, S, now)
  local id
  if holdOrdered(S) then id = orderProbe(E, S, now)
  else id = redis.call('RPOP', E.wait) or redis.call('ZPOPMIN', E.prioritized)[1] end
  if id then redis.call('HSET', E.ours('hold'), 'probe', id) end
  return id or nil
end
-- How many of the free slots are for what is revived; the others are by turns for retries and fresh ones.
local function holdShare(E, room)
  local turn = room % 2 == 1 and redis.call('HINCRBY', E.ours('hold'), 'turn', 1) % 2 or 0
  return math.floor(room / 2) + turn
end
local function holdRevive(E, S, now, n)
  if n == 0 then return {} end
  local H = holdRead(E.ours('hold'))
  local ids = holdDead(E, H, now, n, nil)
  for _, id in ipairs(ids) do holdRevived(E, id, now) end
  return ids
end
`;

/** All of it, for TAKE and SETTLE. Needs `orderProbe` and `latestRetried` before it. */
export const HOLD_LUA = [LEAVE_NOTE, HOLD_STATE_LUA, DEAD_LUA, HOLD_GATE_LUA, HOLD_SETTLE_LUA].join('');
