/**
 * The steps of preheating that must be one step in Redis: who leads a plan, who may ask for a part, and what is
 * written by one who may have lost the lead. Time is Redis' own, so that workers' clocks do not matter.
 *
 * Every script's keys share the endpoint's hash tag. The plan is a hash: `leader` (delivery id), `token` (drawn at
 * each lead), `until` (epoch ms), `run` and `started`. Whatever is written under a token that is not the plan's
 * returns 0 and changes nothing.
 */

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

const FENCED = (token: string) => `
if redis.call('HGET', KEYS[1], 'token') ~= ${token} then return 0 end
`;

/**
 * KEYS plan, waiting (set of delivery ids), verdict (string, of this delivery)
 * ARGV delivery id, token, lease ms, run id to draw, ms that all of it is kept
 * Returns {'ended', verdict}, {'wait', until} or {'lead', run id, started}.
 */
export const LEAD = `
${NOW}
local verdict = redis.call('GETDEL', KEYS[3])
if verdict then return {'ended', verdict} end
local plan = redis.call('HMGET', KEYS[1], 'leader', 'until', 'run', 'started')
if plan[1] and plan[1] ~= ARGV[1] and tonumber(plan[2]) > now then
  redis.call('SADD', KEYS[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
  return {'wait', plan[2]}
end
local run, started = plan[3] or ARGV[4], plan[4] or tostring(now)
redis.call('HSET', KEYS[1], 'leader', ARGV[1], 'token', ARGV[2], 'until', now + ARGV[3], 'run', run, 'started', started)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('SREM', KEYS[2], ARGV[1])
return {'lead', run, started}
`;

/**
 * Keeps the lead up, and what was claimed under it.
 * KEYS plan, then for each claim: slots (sorted set, member -> expiry), busy (string)
 * ARGV token, lease ms, then the claims' members. Returns 1, or 0 when the lead is lost.
 */
export const RENEW = `
${FENCED('ARGV[1]')}
${NOW}
redis.call('HSET', KEYS[1], 'until', now + ARGV[2])
for at = 2, #KEYS, 2 do
  redis.call('ZADD', KEYS[at], 'XX', now + ARGV[2], ARGV[at / 2 + 2])
  redis.call('PEXPIRE', KEYS[at], ARGV[2])
  redis.call('PEXPIRE', KEYS[at + 1], ARGV[2])
end
return 1
`;

/**
 * KEYS plan, warm (string), busy (string, holder's run id), slots
 * ARGV token, run id, limit, lease ms, member. Returns the claim, or 0 when the lead is lost.
 */
export const CLAIM = `
${FENCED('ARGV[1]')}
${NOW}
if redis.call('EXISTS', KEYS[2]) == 1 then return 'warm' end
local holder = redis.call('GET', KEYS[3])
if holder and holder ~= ARGV[2] then return 'busy' end
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now)
if not redis.call('ZSCORE', KEYS[4], ARGV[5]) and redis.call('ZCARD', KEYS[4]) >= tonumber(ARGV[3]) then return 'full' end
redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[4])
redis.call('ZADD', KEYS[4], now + ARGV[4], ARGV[5])
redis.call('PEXPIRE', KEYS[4], ARGV[4])
return 'taken'
`;

/**
 * KEYS plan, warm, busy, slots, parts (hash)
 * ARGV token, run id, member, warm ms, busy ms, part, state, ms that parts are kept. 0 ms and '' are "not".
 * Returns 1, or 0 when the lead is lost; the slot is given back either way.
 */
export const FINISH = `
redis.call('ZREM', KEYS[4], ARGV[3])
${FENCED('ARGV[1]')}
if redis.call('GET', KEYS[3]) == ARGV[2] then
  if tonumber(ARGV[5]) > 0 then redis.call('PEXPIRE', KEYS[3], ARGV[5]) else redis.call('DEL', KEYS[3]) end
end
if tonumber(ARGV[4]) > 0 then redis.call('SET', KEYS[2], '1', 'PX', ARGV[4]) end
if ARGV[7] ~= '' then
  redis.call('HSET', KEYS[5], ARGV[6], ARGV[7])
  redis.call('PEXPIRE', KEYS[5], ARGV[8])
end
return 1
`;

/** KEYS plan, parts (hash). ARGV token, part, state, ms that parts are kept. Returns 1, or 0 when the lead is lost. */
export const KEEP_STATE = `
${FENCED('ARGV[1]')}
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 1
`;

/** KEYS plan, walk. ARGV token, walk, ms that it is kept. Returns 1, or 0 when the lead is lost. */
export const KEEP_WALK = `
${FENCED('ARGV[1]')}
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return 1
`;

/** The lead ends, and is kept for its delivery for so long. KEYS plan. ARGV token, ms. */
export const REST = `
${FENCED('ARGV[1]')}
${NOW}
redis.call('HSET', KEYS[1], 'until', now + ARGV[2])
redis.call('HDEL', KEYS[1], 'token')
return 1
`;

/**
 * KEYS plan, waiting, parts, walk. ARGV token, verdict, '1' when complete, first part of the keys of verdicts,
 * ms for these, ms that the walk is kept when complete.
 * Returns the ids of those who waited, or 0 when the lead is lost.
 */
export const SETTLE = `
${FENCED('ARGV[1]')}
local waiting = redis.call('SMEMBERS', KEYS[2])
for _, id in ipairs(waiting) do redis.call('SET', ARGV[4] .. id, ARGV[2], 'PX', ARGV[5]) end
redis.call('DEL', KEYS[1], KEYS[2])
if ARGV[3] == '1' then
  redis.call('DEL', KEYS[3])
  if tonumber(ARGV[6]) > 0 then redis.call('PEXPIRE', KEYS[4], ARGV[6]) else redis.call('DEL', KEYS[4]) end
end
return waiting
`;

/** Never shortens a pause. KEYS pause (string, epoch ms). ARGV until (epoch ms), ms for which it is kept. */
export const PAUSE = `
local known = tonumber(redis.call('GET', KEYS[1]) or 0)
if known < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 1
`;
