/**
 * Stores one quarantined request and lets the oldest go when there are too many or too much.
 *
 * KEYS[1] index: sorted set, member = entry id, score = epoch ms
 * KEYS[2] entries: hash, entry id -> JSON
 * KEYS[3] sizes: hash, entry id -> bytes, and `total`
 * ARGV    id, score, JSON, bytes, most entries, most bytes
 * Returns the ids that went, oldest first. The same id again replaces its entry.
 */
export const QUARANTINE_PUT = `
local id, bytes = ARGV[1], tonumber(ARGV[4])
local before = tonumber(redis.call('HGET', KEYS[3], id) or 0)
redis.call('ZADD', KEYS[1], ARGV[2], id)
redis.call('HSET', KEYS[2], id, ARGV[3])
redis.call('HSET', KEYS[3], id, bytes)
local total = redis.call('HINCRBY', KEYS[3], 'total', bytes - before)
local gone = {}
while redis.call('ZCARD', KEYS[1]) > tonumber(ARGV[5]) or total > tonumber(ARGV[6]) do
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
  if not oldest or oldest == id then break end
  redis.call('ZREM', KEYS[1], oldest)
  redis.call('HDEL', KEYS[2], oldest)
  total = redis.call('HINCRBY', KEYS[3], 'total', -tonumber(redis.call('HGET', KEYS[3], oldest) or 0))
  redis.call('HDEL', KEYS[3], oldest)
  gone[#gone + 1] = oldest
end
return gone
`;

/**
 * Removes one entry. Keys as above; ARGV[1] its id. Returns 1 when it was there, else 0.
 */
export const QUARANTINE_DROP = `
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HINCRBY', KEYS[3], 'total', -tonumber(redis.call('HGET', KEYS[3], ARGV[1]) or 0))
redis.call('HDEL', KEYS[3], ARGV[1])
return 1
`;
