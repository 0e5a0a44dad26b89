/**
 * Lua: `endpointOf(base, name)`, the keys of one endpoint, which every fragment of the take loop's scripts is given as
 * `E`; and `quietly(call)`, which leaves out BullMQ's stream of events: no part of Longshore reads it, and it is half
 * of what a delivery costs Redis.
 */
export const ENDPOINT_LUA = `
local function endpointOf(base, name)
  local E = { name = name, base = base }
  for _, part in ipairs({ 'wait', 'active', 'delayed', 'prioritized', 'completed', 'failed', 'meta', 'stalled' }) do
    E[part] = base .. part
  end
  E.hold = base .. '~hold'
  E.ours = function(part) return base .. '~' .. part end
  E.job = function(id) return base .. id end
  return E
end
local function keysOf(E, parts)
  local keys = {}
  for n, part in ipairs(parts) do keys[n] = E.base .. part end
  return keys
end
local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function quietly(call)
  return function(command, ...)
    if command == 'XADD' or command == 'XTRIM' then return false end
    return call(command, ...)
  end
end
`;
