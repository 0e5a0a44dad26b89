/**
 * Lua for scripts that take a delivery away or bring it back without the worker: a removal lets the next of its lane go,
 * and a dead one that is retried goes to the end. Needs `LANES_LUA` and `LATEST_LUA`.
 */
export const LEAVE_LUA = `
-- What a job is part of, before it is removed; what is no job is part of nothing.
local function leaving(jobKey)
  local base, id = string.match(jobKey, '^(.*:{[^{}]*}:)([^:]*)$')
  if not base then return nil end
  local E = endpointOf(base, '')
  local key, entry = latestOf(E, id)
  return { E = E, id = id, lane = laneHeadedBy(E, id), key = key, entry = entry }
end

-- After all removals of a script: BullMQ's may still hold the lists as they were.
local function hasLeft(parts)
  for _, part in ipairs(parts) do
    local E, lane = part.E, part.lane
    if part.key then latestLeft(E, part.key, part.entry, nil) end
    if lane and redis.call('HGET', E.ours('lanes'), lane) == part.id then laneNext(E, lane) end
  end
end

local function hasReturned(jobKey)
  local base, id = string.match(jobKey, '^(.*:{[^{}]*}:)([^:]*)$')
  if not base then return end
  redis.call('HSET', jobKey, 's', redis.call('INCR', base .. 'id'))
  latestRetried(endpointOf(base, ''), id)
end
`;
