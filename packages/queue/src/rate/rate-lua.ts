/**
 * How many requests an endpoint with a `rate` may be sent now, over all workers, and when the next one may be. It is
 * GCRA: one number for each endpoint, the time at which its requests so far would have ended had they been evenly
 * spaced. It may be ahead of the clock by one second's worth of requests (by one request where a second's worth is
 * less), which is the longest burst. Whatever the clock or the setting was before, it is never taken to be further
 * ahead than that, so a clock that was set back or a rate that was raised costs one interval at most.
 */

/** A rate as the scripts know it: `30/m` is `{ count: 30, perMs: 60_000 }`. */
export interface RateSettings {
  /** Requests; may be a fraction. */
  count: number;
  perMs: number;
}

/**
 * Lua:
 * - `rateGate(key, rate, now, n)` returns how many of `n` requests may be sent now, and the epoch milliseconds at
 *   which the next one may be sent when these are (nil: at once). Changes nothing, except after the clock was set back.
 * - `rateSpend(key, rate, now, n)` counts requests.
 * - `rateRefund(key, rate, now, n)` takes back what was counted and not sent.
 *
 * `rate` is {@link RateSettings}, `now` epoch milliseconds.
 */
export const RATE_LUA = `
-- Milliseconds. More than the error of an epoch time in a double, which is 0.25 µs; it never adds up.
local RATE_EPSILON = 0.01
local function rateOf(rate)
  local interval = rate.perMs / rate.count
  return interval, math.max(1, math.floor(1000 / interval + 1e-6))
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
local function rateGate(key, rate, now, n)
  local interval, burst = rateOf(rate)
  local ahead, isTooFar = rateAhead(key, interval, burst, now)
  if isTooFar then rateKeep(key, now, ahead) end
  local allowed = math.min(n, math.floor((interval * burst - ahead + RATE_EPSILON) / interval))
  local wait = ahead + (allowed + 1 - burst) * interval - RATE_EPSILON
  return allowed, wait > 0 and math.ceil(now + wait) or nil
end
local function rateSpend(key, rate, now, n)
  local interval, burst = rateOf(rate)
  rateKeep(key, now, rateAhead(key, interval, burst, now) + n * interval)
end
local function rateRefund(key, rate, now, n)
  local interval, burst = rateOf(rate)
  rateKeep(key, now, rateAhead(key, interval, burst, now) - n * interval)
end
`;
