/**
 * Lua of `order`, for the scripts that take and settle. Needs `LANES_LUA`.
 *
 * `repository`: see there. `endpoint`: one request at a time, in the order of arrival; nothing is parked, since nothing
 * is taken while something is in flight or a retry is not due yet.
 */
export const ORDER_LUA = `
-- Jobs that one look moves while order is switched, and pops in search of a free lane.
local ORDER_STEP = 500

local function orderIn(S) return S.order ~= nil and S.order ~= 'none' and S.order or nil end

-- The first of those that wait for a retry.
local function orderFirstDelayed(E)
  local first
  for _, id in ipairs(redis.call('ZRANGE', E.delayed, 0, 999)) do
    local _, arrival = laneOf(E, id)
    if not first or arrival < first.arrival then first = { id = id, arrival = arrival } end
  end
  return first and first.id
end

-- One step of a switch; true when it is done.
--   top      what was put back to the head of wait (crashes, lanes that were let go) is collected by arrival,
--   delayed  then what waits for a retry, which is due with that; not when order is switched off;
--   return   then all of it goes back to the head of wait, in order.
local SWITCH = {}
function SWITCH.top(E)
  local left = ORDER_STEP
  while left > 0 do
    local id = redis.call('RPOP', E.wait)
    if not id then return true end
    local _, arrival = laneOf(E, id)
    redis.call('ZADD', E.prioritized, arrival, id)
    left = left - 1
  end
  local id = redis.call('LINDEX', E.wait, -1)
  return not id or not laneHeadedBy(E, id)
end
function SWITCH.delayed(E, want)
  redis.call('DEL', E.ours('parked'))
  redis.call('HDEL', E.ours('lanes'), '#')
  if want == 'none' then return true end
  local ids = redis.call('ZRANGE', E.delayed, 0, ORDER_STEP - 1)
  for _, id in ipairs(ids) do
    local _, arrival = laneOf(E, id)
    redis.call('ZREM', E.delayed, id)
    redis.call('HSET', E.job(id), 'delay', 0)
    redis.call('ZADD', E.prioritized, arrival, id)
  end
  return #ids < ORDER_STEP
end
SWITCH['return'] = function(E)
  local jobs = redis.call('ZPOPMAX', E.prioritized, ORDER_STEP)
  for n = 1, #jobs, 2 do redis.call('RPUSH', E.wait, jobs[n]) end
  return redis.call('ZCARD', E.prioritized) == 0
end
local PHASES = { top = 'delayed', delayed = 'return' }

-- Nil when the order that is wanted is in force; else when to look again: nothing is to be taken before.
local function orderPrepare(E, S, now)
  local lanes, want = E.ours('lanes'), S.order or 'none'
  local have, switching = unpack(redis.call('HMGET', lanes, '#', '~'))
  if not switching and (have or 'none') == want then
    if want ~= 'none' or redis.call('EXISTS', E.prioritized) == 0 then return nil end
    -- Parked by a process that has not read the configuration yet.
    switching = 'none:return'
  end
  local goal, phase = string.match(switching or '', '^(%a+):(%a+)$')
  if phase == 'idle' and (have or 'none') == want then
    -- Wanted, and not begun yet.
    redis.call('HDEL', lanes, '~')
    return nil
  end
  -- What is in flight ends first, so that nothing overtakes it.
  if want ~= 'none' and redis.call('LLEN', E.active) > 0 then
    redis.call('HSET', lanes, '~', want .. ((not phase or phase == 'idle') and ':idle' or ':top'))
    return now + 1000
  end
  if goal ~= want or phase == 'idle' then phase = 'top' end
  if SWITCH[phase](E, want) then phase = PHASES[phase] end
  if phase then
    redis.call('HSET', lanes, '~', want .. ':' .. phase)
    return now
  end
  redis.call('DEL', lanes)
  if want ~= 'none' then redis.call('HSET', lanes, '#', want) end
  return nil
end

-- What may be taken: \`limit\` in flight at once, fresh ones, and this one of the delayed. Nil for no restriction.
local function orderGate(E, S, now)
  if S.order ~= 'endpoint' then return nil end
  if redis.call('LLEN', E.active) > 0 then return { limit = 1, fresh = true } end
  local first = orderFirstDelayed(E)
  if not first then return { limit = 1, fresh = true } end
  local due = math.floor(tonumber(redis.call('ZSCORE', E.delayed, first)) / 4096)
  return { limit = 1, fresh = false, retry = first, next = due > now and due or nil }
end

-- One that was taken out of wait or delayed: true when it may go out; else it is parked.
local function orderAdmit(E, S, id)
  if S.order ~= 'repository' then return true end
  return laneAdmit(E, id)
end

-- The probe of an endpoint that is held: taken out of wait or delayed; nil when there is none.
local function orderProbe(E, S, now)
  if S.order == 'endpoint' and redis.call('LLEN', E.active) > 0 then return nil end
  local first
  if S.order == 'endpoint' then first = orderFirstDelayed(E) end
  for _ = 1, first and 0 or ORDER_STEP do
    local id = redis.call('RPOP', E.wait)
    if not id then break end
    if orderAdmit(E, S, id) then return id end
  end
  first = first or redis.call('ZRANGE', E.delayed, 0, 0)[1]
  if not first then return nil end
  redis.call('ZREM', E.delayed, first)
  return orderAdmit(E, S, first) and first or nil
end

-- After a delivery was moved; lane is what laneHeadedBy said before. True when something was put into wait.
local function orderSettled(E, S, now, id, lane, to, class)
  if to == 'completed' or to == 'failed' then return lane ~= nil and laneNext(E, lane) end
  if to == 'wait' then return true end
  -- The members of a batch stay together, which keeps their order by itself.
  if class ~= 'outage' or not orderIn(S) or S.batch then return false end
  if redis.call('HGET', E.ours('hold'), 'state') ~= 'held' then return false end
  -- The hold decides when it goes out again, not a timetable of its own: when it ends, each lane begins at once.
  if redis.call('ZREM', E.delayed, id) == 0 then return false end
  redis.call('RPUSH', E.wait, id)
  return true
end
`;
