/**
 * Lua of the lanes of `order: repository`. A lane's head is the delivery that is out: in flight, waiting to be retried,
 * or let go and waiting to be taken. Those behind it are parked: in BullMQ's `prioritized`, by arrival, where the board
 * and a removal see them; and in `~parked`, which finds the next of a lane.
 *
 * Stored: hash `~lanes`, lane -> id of its head, and `#` -> the order that is in force; sorted set `~parked` of
 * `LANE:ARRIVAL:ID`. A head that was removed or settled without these functions is detected by the next of its lane
 * (`laneAdmit`) and by the leader's sweep.
 */
export const LANES_LUA = `
-- Jobs of earlier versions have no arrival number. They came before all that have one.
local ARRIVAL_BASE = 1e14
-- Lane and place in the order of arrival.
local function laneOf(E, id)
  local lane, arrival, at, name = unpack(redis.call('HMGET', E.job(id), 'k', 's', 'timestamp', 'name'))
  if not lane then
    -- Of an earlier version. Its name is cut at 64 bytes: the repository may be incomplete then.
    local repository = #(name or '') < 62 and string.match(name or '', '^%S+ ([^:@]+)')
    lane = repository and string.sub(redis.sha1hex(repository), 1, 6) or '-'
  end
  return lane, tonumber(arrival) or (tonumber(at) or 0) - ARRIVAL_BASE
end
local function lanePlace(arrival) return string.format('%015.0f', arrival + ARRIVAL_BASE) end

local function lanePark(E, id, lane, arrival)
  redis.call('ZADD', E.prioritized, arrival, id)
  redis.call('ZADD', E.ours('parked'), 0, lane .. ':' .. lanePlace(arrival) .. ':' .. id)
end

-- The first that is parked: id, arrival, member. What is no longer parked (removed by an operator) is cleared away.
local function laneFirst(E, lane)
  local parked = E.ours('parked')
  while true do
    local member = redis.call('ZRANGEBYLEX', parked, '[' .. lane .. ':', '(' .. lane .. ';', 'LIMIT', 0, 1)[1]
    if not member then return nil end
    local place, id = string.match(member, '^[^:]*:(%d+):(.*)$')
    local arrival = redis.call('ZSCORE', E.prioritized, id)
    if arrival and lanePlace(tonumber(arrival)) == place then return id, tonumber(arrival), member end
    redis.call('ZREM', parked, member)
  end
end

-- Lets the next one go: to the head of wait. False when there is none; the lane is gone then.
local function laneNext(E, lane)
  local id, _, member = laneFirst(E, lane)
  if not id then
    redis.call('HDEL', E.ours('lanes'), lane)
    return false
  end
  redis.call('ZREM', E.ours('parked'), member)
  redis.call('ZREM', E.prioritized, id)
  redis.call('RPUSH', E.wait, id)
  redis.call('HSET', E.ours('lanes'), lane, id)
  return true
end

-- Whether a head still is: not removed, not settled, not parked.
local function laneHeld(E, head)
  local at, finished = unpack(redis.call('HMGET', E.job(head), 'timestamp', 'finishedOn'))
  return at and not finished and not redis.call('ZSCORE', E.prioritized, head)
end

-- One that was taken out of wait or delayed: true when its lane is its own now; else it is parked.
local function laneAdmit(E, id)
  local lanes = E.ours('lanes')
  local lane, arrival = laneOf(E, id)
  local head = redis.call('HGET', lanes, lane)
  if head == id then return true end
  if not head or not laneHeld(E, head) then
    local _, first = laneFirst(E, lane)
    if not first or first > arrival then
      redis.call('HSET', lanes, lane, id)
      return true
    end
    laneNext(E, lane)
  end
  lanePark(E, id, lane, arrival)
  return false
end

-- The lane that a delivery is the head of. To be asked before its job may be removed.
local function laneHeadedBy(E, id)
  if redis.call('HGET', E.ours('lanes'), '#') ~= 'repository' then return nil end
  local lane = laneOf(E, id)
  return redis.call('HGET', E.ours('lanes'), lane) == id and lane or nil
end

-- Lets the next one go wherever a head is gone and nothing has noticed. True when something was let go.
local function laneSweep(E)
  local lanes, parked = E.ours('lanes'), E.ours('parked')
  if redis.call('HGET', lanes, '#') ~= 'repository' then return false end
  local any = false
  local from = redis.call('HGET', lanes, '^') or '0'
  for _ = 1, 10 do
    local cursor, fields = unpack(redis.call('HSCAN', lanes, from, 'COUNT', 500))
    for n = 1, #fields, 2 do
      local isLane = #fields[n] > 1 or fields[n] == '-'
      if isLane and not laneHeld(E, fields[n + 1]) then any = laneNext(E, fields[n]) or any end
    end
    from = cursor
    if cursor == '0' then break end
  end
  redis.call('HSET', lanes, '^', from)
  local after = '-'
  for _ = 1, 1000 do
    local member = redis.call('ZRANGEBYLEX', parked, after, '+', 'LIMIT', 0, 1)[1]
    if not member then break end
    local lane = string.match(member, '^[^:]*')
    if redis.call('HEXISTS', lanes, lane) == 0 then any = laneNext(E, lane) or any end
    after = '(' .. lane .. ';'
  end
  return any
end
`;
