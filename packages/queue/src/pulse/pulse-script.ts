/** The two scripts of the pulse: one process adds what it has seen, and one look at an endpoint. */
import { script } from '../script.js';
import { RING_LUA } from './ring.js';

/**
 * Adds what one process has seen of an endpoint. Several workers may see different things: the times decide,
 * so it does not matter whose write comes first. A success clears the failures before it, not those after it.
 *
 * KEYS[1] pulse: hash of lastDeliveredAt, lastFailedAt, failingSince, failures, lastError
 * KEYS[2] minutes: hash, `d` or `f` and the minute -> attempts
 * KEYS[3] day, KEYS[4] hour: rings, see `activity.ts`
 * KEYS    5 hold, 6 wait, 7 active, 8 delayed, 9 prioritized: what is noted beside the attempts
 * ARGV    last success or 0, first failure after it or 0, failures after it, last failure or 0, its JSON,
 *         oldest minute to keep, bytes of a slot of the hour, then minute, delivered, failed and latency for each
 *         minute; latency is the number of the class and its attempts: `3:12 4:1`
 */
export const PULSE_NOTE = script(`${RING_LUA}
local function stored(field) return tonumber(redis.call('HGET', KEYS[1], field) or 0) end
local delivered, since, count, failed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local wasDelivered, wasFailed = stored('lastDeliveredAt'), stored('lastFailedAt')
local failingSince, failures = stored('failingSince'), stored('failures')

if delivered >= wasDelivered and delivered > 0 then
  redis.call('HSET', KEYS[1], 'lastDeliveredAt', ARGV[1])
  if wasFailed <= delivered then
    failingSince, failures = 0, 0
  elseif failingSince <= delivered then
    -- Another worker's failure came after this success; the ones before it no longer count.
    failingSince, failures = wasFailed, 1
  end
end
local lastDelivered = math.max(delivered, wasDelivered)
if since > 0 and failed >= lastDelivered then
  if since < lastDelivered then since = failed end
  if failingSince == 0 or since < failingSince then failingSince = since end
  failures = failures + count
end
if failingSince > 0 then
  redis.call('HSET', KEYS[1], 'failingSince', string.format('%.0f', failingSince), 'failures', failures)
else
  redis.call('HDEL', KEYS[1], 'failingSince', 'failures')
end
if failed > 0 and failed >= wasFailed then
  redis.call('HSET', KEYS[1], 'lastFailedAt', ARGV[4], 'lastError', ARGV[5])
end

local isNew = false
for i = 8, #ARGV, 4 do
  for field, by in pairs({ d = ARGV[i + 1], f = ARGV[i + 2] }) do
    if tonumber(by) > 0 and redis.call('HINCRBY', KEYS[2], field .. ARGV[i], by) == tonumber(by) then isNew = true end
  end
end
if isNew then
  for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
    if tonumber(string.sub(field, 2)) < tonumber(ARGV[6]) then redis.call('HDEL', KEYS[2], field) end
  end
  redis.call('EXPIRE', KEYS[2], 7200)
end

-- Both rings. Quarters in which a hold began or lasted are marked when the next one begins, since nothing may be
-- attempted in them.
local backlog = redis.call('LLEN', KEYS[6]) + redis.call('LLEN', KEYS[7]) + redis.call('ZCARD', KEYS[8])
  + redis.call('ZCARD', KEYS[9])
local hold = redis.call('HMGET', KEYS[5], 'state', 'since')
for i = 8, #ARGV, 4 do
  local minute = tonumber(ARGV[i])
  local quarter = math.floor(minute / 15)
  local offset, isFirst = slot(KEYS[3], quarter, 96, 16)
  if offset then
    redis.call('BITFIELD', KEYS[3], 'OVERFLOW', 'SAT', 'INCRBY', 'u32', (offset + 4) * 8, ARGV[i + 1],
      'INCRBY', 'u32', (offset + 8) * 8, ARGV[i + 2])
    if hold[1] == 'held' then
      local since = math.floor(tonumber(hold[2] or 0) / 900000)
      add(KEYS[3], offset, 3, 1)
      if isFirst then
        for q = math.max(since, quarter - 95), quarter - 1 do
          local at, isEmpty = slot(KEYS[3], q, 96, 16)
          if isEmpty then add(KEYS[3], at, 3, 1) end
        end
      end
    end
    if isFirst then redis.call('EXPIRE', KEYS[3], 90000) end
  end
  local bytes = tonumber(ARGV[7])
  offset, isFirst = slot(KEYS[4], minute, 60, bytes)
  if offset then
    local changes = { 'SET', 'u32', (offset + 4) * 8, backlog, 'OVERFLOW', 'SAT' }
    for class, by in string.gmatch(ARGV[i + 3], '(%d+):(%d+)') do
      local n = #changes
      changes[n + 1], changes[n + 2], changes[n + 3], changes[n + 4] =
        'INCRBY', 'u16', (offset + 8 + 2 * tonumber(class)) * 8, by
    end
    redis.call('BITFIELD', KEYS[4], unpack(changes))
    if isFirst then redis.call('EXPIRE', KEYS[4], 7200) end
  end
end
return 1
`);

/**
 * Looks at one endpoint. How old the oldest is cannot be read off BullMQ's keys: \`wait\` is in the order in which
 * deliveries became due, \`delayed\` in that in which they will. So the ARGV[2] at each end of both are looked at,
 * which is all of them up to twice as many; of a longer queue the answer is the oldest of these and may be
 * younger than the truth, never older.
 *
 * KEYS    wait, active, delayed, failed, meta, pulse, minutes, hold, prioritized (what waits behind others of its order)
 * ARGV    first part of a job's key, how many at each end
 * Returns waiting, active, delayed, dead, paused (0 or 1), oldest and newest dead (epoch ms, 0 when none),
 *         pulse, minutes and hold (field, value, …)
 */
export const PULSE_READ = script(`
local ends = tonumber(ARGV[2])
local oldest = 0
local function look(ids)
  for _, id in ipairs(ids) do
    local at = tonumber(redis.call('HGET', ARGV[1] .. id, 'timestamp') or 0)
    if at > 0 and (oldest == 0 or at < oldest) then oldest = at end
  end
end
local counts = { redis.call('LLEN', KEYS[1]), redis.call('LLEN', KEYS[2]), redis.call('ZCARD', KEYS[3]) }
for i = 1, 2 do
  look(redis.call('LRANGE', KEYS[i], -ends, -1))
  if counts[i] > ends then look(redis.call('LRANGE', KEYS[i], 0, ends - 1)) end
end
look(redis.call('ZRANGE', KEYS[3], 0, ends - 1))
if counts[3] > ends then look(redis.call('ZRANGE', KEYS[3], -ends, -1)) end
-- In the order of arrival.
look(redis.call('ZRANGE', KEYS[9], 0, 0))

local newest = redis.call('ZREVRANGE', KEYS[4], 0, 0, 'WITHSCORES')
return {
  counts[1] + redis.call('ZCARD', KEYS[9]), counts[2], counts[3], redis.call('ZCARD', KEYS[4]), redis.call('HEXISTS', KEYS[5], 'paused'),
  oldest, tonumber(newest[2] or 0), redis.call('HGETALL', KEYS[6]), redis.call('HGETALL', KEYS[7]),
  redis.call('HGETALL', KEYS[8])
}
`);
