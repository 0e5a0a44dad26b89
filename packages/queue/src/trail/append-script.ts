/** The one script that changes the trail. */
import { script } from '../script.js';

/**
 * Adds one chunk to the trail and lets the oldest go: those over the age, and as many as it takes to be within
 * the limits. Few at a time, so that a lowered limit never holds up Redis. Without a chunk it only lets go.
 *
 * KEYS[1] terms, KEYS[2] chunks: streams with the same ids; KEYS[3] totals: hash
 * ARGV    age in ms, most events, most bytes, events of the chunk, terms, chunk (empty: none)
 */
export const TRAIL_APPEND = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local age = tonumber(ARGV[1])
if ARGV[6] ~= '' then
  -- What Redis allocates for it, about.
  local bytes = math.floor((#ARGV[5] + #ARGV[6]) * 1.25) + 64
  local id = redis.call('XADD', KEYS[1], '*', 'n', ARGV[4], 'b', bytes, 't', ARGV[5])
  redis.call('XADD', KEYS[2], id, 'c', ARGV[6])
  redis.call('HINCRBY', KEYS[3], 'events', ARGV[4])
  redis.call('HINCRBY', KEYS[3], 'bytes', bytes)
end
local totals = redis.call('HMGET', KEYS[3], 'events', 'bytes')
local events, bytes = tonumber(totals[1] or 0), tonumber(totals[2] or 0)
for _ = 1, 128 do
  local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
  if not first then
    redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
    break
  end
  local at = tonumber(string.match(first[1], '^%d+'))
  if at >= now - age and events <= tonumber(ARGV[2]) and bytes <= tonumber(ARGV[3]) then break end
  redis.call('XDEL', KEYS[1], first[1])
  redis.call('XDEL', KEYS[2], first[1])
  events = redis.call('HINCRBY', KEYS[3], 'events', -first[2][2])
  bytes = redis.call('HINCRBY', KEYS[3], 'bytes', -first[2][4])
end
local ttl = math.max(age, 1000)
for n = 1, 3 do redis.call('PEXPIRE', KEYS[n], ttl) end
`);
