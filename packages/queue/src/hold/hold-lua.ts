/** The Lua of the hold, for the scripts that take and settle deliveries. */

/** Lua: `holdRelease(E, now)`, and what the scripts of the take loop ask. */
export const HOLD_LUA = `
-- A held endpoint is probed at once. Returns whether it is held.
local function holdRelease(E, now)
  local state, probe = unpack(redis.call('HMGET', E.hold, 'state', 'probe'))
  redis.call('HDEL', E.hold, 'until', 'delay')
  if state ~= 'held' then return false end
  redis.call('HSET', E.hold, 'probeAt', now)
  if probe then redis.call('HSET', E.hold, 'again', 1) end
  return true
end
local function holdGate(E, S, now) return {} end
local function holdProbe(E, S, now) return nil end
local function holdRevive(E, S, now, n) return {} end
local function holdSettled(E, S, now, class, id, isProbe, detail) return nil end
`;
