/** Of the dead about one thing, the last so many: one is enough to know what was delivered after the others. */
const MOST_DEAD = 10;

/**
 * Lua of `latest: tag`. Needs `BODY_LUA`, `ENDPOINT_LUA` and `LANES_LUA`.
 *
 * Stored: hash `~latest`, what a delivery is about -> the deliveries about it that are not settled or dead, and the
 * newest that was delivered while there are such; nothing is left when all are delivered. A job that takes part has the
 * field `lt`, and `lr` while it waits after it was dead. What is superseded is settled: among the delivered, without its
 * body, so that its id stays known.
 */
export const LATEST_LUA = `
local function latestRead(E, key)
  local packed = redis.call('HGET', E.ours('latest'), key)
  return packed and cmsgpack.unpack(packed) or {}
end

-- Keeps nothing when none of them is still to be settled.
local function latestWrite(E, key, entries)
  local isOpen = false
  for _, entry in ipairs(entries) do isOpen = isOpen or not entry.done end
  if isOpen then redis.call('HSET', E.ours('latest'), key, cmsgpack.pack(entries))
  else redis.call('HDEL', E.ours('latest'), key) end
end

local function latestIsNewer(a, b)
  if a.time ~= b.time then return a.time > b.time end
  return a.arrival > b.arrival
end

-- gone, done, dead, active or waiting
local function latestState(E, id)
  local at, finished = unpack(redis.call('HMGET', E.job(id), 'timestamp', 'finishedOn'))
  if not at then return 'gone' end
  if finished then
    if redis.call('ZSCORE', E.completed, id) then return 'done' end
    return redis.call('ZSCORE', E.failed, id) and 'dead' or 'gone'
  end
  return redis.call('LPOS', E.active, id) and 'active' or 'waiting'
end
-- Of one of the entries. Retention removes what was delivered: that it was stays known.
local function latestLook(E, entry)
  local state = latestState(E, entry.id)
  if entry.done and state == 'gone' then return 'done' end
  entry.done, entry.dead = state == 'done' or nil, state == 'dead' or nil
  return state
end

-- Out of wherever it waits. With another id, that one has its place afterwards, if it was in wait.
local function latestRemove(E, id, heir)
  if redis.call('ZREM', E.delayed, id) == 1 or redis.call('ZREM', E.prioritized, id) == 1 then return end
  local place = heir and redis.call('LPOS', E.wait, id)
  if not place then return redis.call('LREM', E.wait, 1, id) end
  redis.call('LSET', E.wait, place, heir)
  -- It was added at the end just now.
  redis.call('LREM', E.wait, 1, heir)
end

-- Settles one that waits, or that just left the active ones for delayed.
local function latestSupersede(E, id, by, now, heir)
  local lane = laneHeadedBy(E, id)
  latestRemove(E, id, heir)
  releaseBody(E.job(id))
  redis.call('HSET', E.job(id), 'returnvalue', cjson.encode({ settled = 'superseded', by = by }), 'finishedOn', now)
  redis.call('ZADD', E.completed, now, id)
  if lane then laneNext(E, lane) end
end

-- One that waits now meets the others: those that wait and are older are superseded, and it is itself by a newer one
-- that waits; with isRetry also by one that is in flight or was delivered. Returns the entries that are superseded, and
-- the one that supersedes it.
local function latestMeet(E, key, entries, mine, now, isRetry, heir)
  local kept, older, newer = {}, {}, nil
  for _, entry in ipairs(entries) do
    local state = latestLook(E, entry)
    if state ~= 'gone' and entry.id ~= mine.id then
      local isNewer = latestIsNewer(entry, mine)
      if isNewer and (isRetry and state ~= 'dead' or state == 'waiting') and (not newer or latestIsNewer(entry, newer)) then
        newer = entry
      end
      if not isNewer and state == 'waiting' then older[#older + 1] = entry
      else kept[#kept + 1] = entry end
    end
  end
  for _, entry in ipairs(older) do latestSupersede(E, entry.id, newer and newer.id or mine.id, now, not newer and heir or nil) end
  if newer then latestSupersede(E, mine.id, newer.id, now)
  else kept[#kept + 1] = mine end
  latestWrite(E, key, kept)
  return older, newer
end

-- A job's part in this: key, time, arrival; nil when it has none. To be asked before the job may be removed.
local function latestOf(E, id)
  local key, time, arrival = string.match(redis.call('HGET', E.job(id), 'lt') or '', '^(.*) (%d+) (%d+)$')
  return key, key and { id = id, time = time, arrival = tonumber(arrival) }
end

-- After its job was added to wait. Returns what it supersedes (id, id of its event, and so on), and the id by which it is
-- superseded itself.
local function latestAdd(E, id, asked, arrival, now)
  local mine = { id = id, time = asked.time, arrival = tonumber(arrival) }
  redis.call('HSET', E.job(id), 'lt', asked.key .. ' ' .. asked.time .. ' ' .. arrival, 'le', asked.eventId)
  local older, newer =
    latestMeet(E, asked.key, latestRead(E, asked.key), mine, now, false, not asked.toEnd and id or nil)
  local superseded = {}
  for _, entry in ipairs(older) do
    superseded[#superseded + 1] = entry.id
    superseded[#superseded + 1] = redis.call('HGET', E.job(entry.id), 'le') or ''
  end
  -- For the sender that had no answer and asks again.
  if #superseded > 0 then redis.call('HSET', E.job(id), 'sp', cjson.encode(superseded)) end
  return superseded, newer and newer.id
end

-- What is superseded here, as reports.
local function latestReports(E, older, newer, mine)
  local reports = {}
  local function add(id, by)
    local eventId = redis.call('HGET', E.job(id), 'le')
    reports[#reports + 1] = { what = 'superseded', deliveryId = id, eventId = eventId or nil, by = by }
  end
  for _, entry in ipairs(older) do add(entry.id, newer and newer.id or mine.id) end
  if newer then add(mine.id, newer.id) end
  return reports
end

-- It waits again, after an attempt or a crash: a newer one may have come meanwhile.
local function latestReturned(E, id, now)
  local key, mine = latestOf(E, id)
  if not key then return {} end
  local older, newer = latestMeet(E, key, latestRead(E, key), mine, now, true)
  return latestReports(E, older, newer, mine)
end

-- It is settled (to), or removed (nil): it is none of those that wait any more.
local function latestLeft(E, key, mine, to)
  local isDelivered, dead = to == 'completed', to == 'failed' and 1 or 0
  local kept = {}
  for _, entry in ipairs(latestRead(E, key)) do
    if entry.id ~= mine.id and not (isDelivered and entry.done and latestIsNewer(mine, entry)) then kept[#kept + 1] = entry end
  end
  mine.done, mine.dead = isDelivered or nil, to == 'failed' or nil
  if to then kept[#kept + 1] = mine end
  for n = #kept - 1, 1, -1 do
    if kept[n].dead then dead = dead + 1 end
    if kept[n].dead and dead > ${MOST_DEAD} then table.remove(kept, n) end
  end
  latestWrite(E, key, kept)
end

-- After a delivery was moved; key and mine are what latestOf said before. Returns reports.
local function latestSettled(E, now, key, mine, to)
  if not key then return {} end
  if to == 'delayed' or to == 'wait' then return latestReturned(E, mine.id, now) end
  latestLeft(E, key, mine, to)
  return {}
end

-- A dead one waits again. Whether a newer one was delivered is asked when it is taken, where that can be reported.
local function latestRetried(E, id)
  local key, mine = latestOf(E, id)
  if not key then return end
  local entries = {}
  for _, entry in ipairs(latestRead(E, key)) do
    if entry.id ~= id then entries[#entries + 1] = entry end
  end
  entries[#entries + 1] = mine
  latestWrite(E, key, entries)
  redis.call('HSET', E.job(id), 'lr', 1)
end

-- One that was just taken out of all lists. True when it was dead and is superseded now; adds to the reports.
local function latestStale(E, id, now, reports)
  if redis.call('HDEL', E.job(id), 'lr') == 0 then return false end
  local own
  for _, report in ipairs(latestReturned(E, id, now)) do
    reports[#reports + 1], own = report, report
  end
  return own ~= nil and own.deliveryId == id
end

-- Clears away what was removed without these functions.
local function latestSweep(E)
  local from = redis.call('HGET', E.ours('latest'), '^') or '0'
  if redis.call('EXISTS', E.ours('latest')) == 0 then return end
  for _ = 1, 4 do
    local cursor, fields = unpack(redis.call('HSCAN', E.ours('latest'), from, 'COUNT', 250))
    for n = 1, #fields, 2 do
      if fields[n] ~= '^' then
        local kept = {}
        for _, entry in ipairs(cmsgpack.unpack(fields[n + 1])) do
          if latestLook(E, entry) ~= 'gone' then kept[#kept + 1] = entry end
        end
        latestWrite(E, fields[n], kept)
      end
    end
    from = cursor
    if cursor == '0' then break end
  end
  if redis.call('HLEN', E.ours('latest')) > 1 and from ~= '0' then redis.call('HSET', E.ours('latest'), '^', from)
  else redis.call('HDEL', E.ours('latest'), '^') end
end
`;
