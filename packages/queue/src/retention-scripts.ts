/** The scripts of retention. Each decides and acts on what is true at that moment, so several may run at once. */
import { script } from './script.js';

/**
 * One look at an endpoint.
 *
 * KEYS dead-letter set, delivered, delayed
 * Returns when the oldest dead one died, when the oldest delivered one was delivered, and when the last delayed one
 * is due as BullMQ keeps it; 0 when there is none; then how many are dead, and how many are delivered.
 */
export const LOOK = script(`
local function first(command, key)
  return redis.call(command, key, 0, 0, 'WITHSCORES')[2] or '0'
end
local dead, delivered, delayed = first('ZRANGE', KEYS[1]), first('ZRANGE', KEYS[2]), first('ZREVRANGE', KEYS[3])
local function count(oldest, key)
  if oldest == '0' then return '0' end
  return tostring(redis.call('ZCARD', key))
end
return { dead, delivered, delayed, count(dead, KEYS[1]), count(delivered, KEYS[2]) }
`);

/**
 * Removes the oldest delivered ones: those from before a time, and all but the newest so many. They leave no note:
 * each was recorded when it was delivered.
 *
 * KEYS delivered
 * ARGV first part of a job's key, epoch ms, how many to keep, how many to remove at most
 * Returns how many it removed.
 */
export const TRIM_DELIVERED = script(`
local surplus = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[3])
local old = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[2])
local count = math.min(math.max(surplus, old), tonumber(ARGV[4]))
if count <= 0 then return 0 end
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, count - 1)) do
  redis.call('DEL', ARGV[1] .. id, ARGV[1] .. id .. ':logs')
end
return redis.call('ZREMRANGEBYRANK', KEYS[1], 0, count - 1)
`);

/**
 * Ids of the oldest dead ones that are due by the same rule, without what is stored of them.
 *
 * KEYS dead-letter set
 * ARGV epoch ms, how many to keep, how many ids at most
 * Returns id and score in turns.
 */
export const DUE_DEAD = script(`
local surplus = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[2])
local old = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[1])
local count = math.min(math.max(surplus, old), tonumber(ARGV[3]))
if count <= 0 then return {} end
return redis.call('ZRANGE', KEYS[1], 0, count - 1, 'WITHSCORES')
`);
