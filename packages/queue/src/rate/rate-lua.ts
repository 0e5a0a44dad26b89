/**
 * How many requests an endpoint with a `rate` may be sent now, over all workers, and when the next one may be. It is
 * GCRA: one number for each endpoint, the time at which its requests so far would have ended had they been evenly
 * spaced. It may be ahead of the clock by one second's worth of requests (by one request where a second's worth is
 * less), which is the longest burst. Whatever the clock or the setting was before, it is never taken to be further
 * ahead than that, so a clock that was set back or a rate that was raised costs one interval at most.
 */

/**
 * Lua. `S.rate` is absent or `{ count, perMs }`: `30/m` is 30 and 60,000. `now` is epoch milliseconds.
 * - `rateGate(E, S, now, n)` returns how many of `n` requests may be sent now, and when one more may be (nil: at once).
 *   Spends nothing.
 * - `rateTaken(E, S, now, n)` counts requests.
 * - `rateRefund(E, S, now, n)` takes back what was counted and not sent.
 */
export const RATE_LUA = `
-- Milliseconds. More than the error of an epoch time in a double, which is 0.25 µs; it never adds up.
local RATE_EPSILON = 0.01
local function rateOf(E, S)
  local interval = S.rate.perMs / S.rate.count
  return E.ours('rate'), interval, math.max(1, math.floor(1000 / interval + 1e-6))
end
-- How far the endpoint's requests are ahead of the clock, in milliseconds.
local function rateAhead(key, interval, burst, now)
  local ahead = tonumber(redis.call('GET', key) or now) - now
  return math.max(0, math.min(ahead, interval * burst)), ahead > interval * burst
end
local function rateKeep(key, now, ahead)
  if ahead <= 0 then redis.call('DEL', key)
  -- Every digit of a double. It is gone an hour after it has lost its meaning.
  else redis.call('SET', key, string.format('%.17g', now + ahead), 'PX', math.ceil(ahead) + 3600000) end
end
local function rateGate(E, S, now, n)
  if not S.rate then return n, nil end
  local key, interval, burst = rateOf(E, S)
  local ahead, isTooFar = rateAhead(key, interval, burst, now)
  if isTooFar then rateKeep(key, now, ahead) end
  local allowed = math.min(n, math.floor((interval * burst - ahead + RATE_EPSILON) / interval))
  local wait = ahead + (allowed + 1 - burst) * interval - RATE_EPSILON
  return allowed, wait > 0 and math.ceil(now + wait) or nil
end
local function rateTaken(E, S, now, n)
  if not S.rate or n == 0 then return end
  local key, interval, burst = rateOf(E, S)
  rateKeep(key, now, rateAhead(key, interval, burst, now) + n * interval)
end
local function rateRefund(E, S, now, n) rateTaken(E, S, now, -n) end
`;
