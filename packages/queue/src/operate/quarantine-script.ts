/**
 * What changes quarantine. Its room is shared by source: when it is full, the oldest entry goes of the source that
 * holds most, so that no source can push out the entries of another.
 *
 * KEYS[1] index: sorted set, member = entry id, score = epoch ms
 * KEYS[2] entries: hash, entry id -> JSON
 * KEYS[3] sizes: hash, entry id -> bytes, and `total`
 * KEYS[4] owners: hash, entry id -> source
 * KEYS[5] order: sorted set of equal scores, member = source, time and id with a zero byte between
 * KEYS[6] counts: sorted set, member = source, score = its entries
 * KEYS[7] bytes: sorted set, member = source, score = its bytes
 *
 * Earlier versions have the first three only. Where the others do not agree with these, they are made again from the
 * entries, once.
 */
import { script } from '../script.js';

/** The names of the keys, in the order in which the scripts take them. */
export const QUARANTINE_KEYS = ['index', 'entries', 'sizes', 'owners', 'order', 'counts', 'bytes'] as const;

const COMMON = `
local index, entries, sizes, owners, order, counts, held = unpack(KEYS)

local function place(source, score, id)
  return source .. '\\0' .. string.format('%016.0f', score) .. '\\0' .. id
end

local function track(id, source, score, bytes)
  redis.call('HSET', owners, id, source)
  redis.call('ZADD', order, 0, place(source, score, id))
  redis.call('ZINCRBY', counts, 1, source)
  redis.call('ZINCRBY', held, bytes, source)
end

local function untrack(id, score, bytes)
  local source = redis.call('HGET', owners, id)
  if not source then return end
  redis.call('HDEL', owners, id)
  redis.call('ZREM', order, place(source, score, id))
  if tonumber(redis.call('ZINCRBY', counts, -1, source)) > 0 then
    redis.call('ZINCRBY', held, -bytes, source)
  else
    redis.call('ZREM', counts, source)
    redis.call('ZREM', held, source)
  end
end

-- Removes an entry; false when there is none of this id.
local function remove(id)
  local score = redis.call('ZSCORE', index, id)
  if not score then return false end
  local bytes = tonumber(redis.call('HGET', sizes, id) or 0)
  untrack(id, tonumber(score), bytes)
  redis.call('ZREM', index, id)
  redis.call('HDEL', entries, id)
  redis.call('HDEL', sizes, id)
  redis.call('HINCRBY', sizes, 'total', -bytes)
  return true
end
`;

/**
 * Stores one entry and removes others while there are too many or too much.
 *
 * ARGV id, score, source, JSON, bytes, most entries, most bytes
 * Returns the ids that went. The same id again replaces its entry. A source whose only entry is this one keeps it,
 * also above the limit.
 */
export const QUARANTINE_PUT = script(`${COMMON}
local id, score, source, json, bytes = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], tonumber(ARGV[5])

local function sourceOf(entry)
  local written = string.match(entry or '', '^{"id":"%x*","source":"(.-)","kind":"')
  return written and cjson.decode('["' .. written .. '"]')[1] or ''
end

local function rebuild()
  redis.call('DEL', owners, order, counts, held)
  local all = redis.call('ZRANGE', index, 0, -1, 'WITHSCORES')
  for n = 1, #all, 2 do
    local size = tonumber(redis.call('HGET', sizes, all[n]) or 0)
    track(all[n], sourceOf(redis.call('HGET', entries, all[n])), tonumber(all[n + 1]), size)
  end
end

-- The oldest entry of a source, other than the new one.
local function oldestOf(owner)
  local two = redis.call('ZRANGEBYLEX', order, '[' .. owner .. '\\0', '(' .. owner .. '\\1', 'LIMIT', 0, 2)
  for _, member in ipairs(two) do
    local found = string.match(member, '%z([^%z]*)$')
    if found ~= id then return found end
  end
end

remove(id)
if redis.call('HLEN', owners) ~= redis.call('ZCARD', index) then rebuild() end
redis.call('ZADD', index, score, id)
redis.call('HSET', entries, id, json)
redis.call('HSET', sizes, id, bytes)
redis.call('HINCRBY', sizes, 'total', bytes)
track(id, source, score, bytes)

local gone, isRebuilt = {}, false
while true do
  local by = nil
  if redis.call('ZCARD', index) > tonumber(ARGV[6]) then by = counts
  elseif tonumber(redis.call('HGET', sizes, 'total')) > tonumber(ARGV[7]) then by = held end
  local owner = by and redis.call('ZREVRANGE', by, 0, 0)[1]
  local oldest = owner and oldestOf(owner)
  if not oldest then break end
  if remove(oldest) then gone[#gone + 1] = oldest
  elseif isRebuilt then break
  else
    -- An earlier version has removed it meanwhile.
    rebuild()
    isRebuilt = true
  end
end
return gone
`);

/** Removes one entry. ARGV[1] its id. Returns 1 when it was there, else 0. */
export const QUARANTINE_DROP = script(`${COMMON}
return remove(ARGV[1]) and 1 or 0
`);
