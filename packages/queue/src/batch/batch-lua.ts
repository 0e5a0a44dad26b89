/**
 * Lua of endpoints that take several events in one request. What TAKE picks there are whole requests:
 *
 * - fresh deliveries, when `S.batch.events` of them wait, or as many bytes, or the oldest has waited for
 *   `S.batch.waitMs` since a look first saw it;
 * - retries by their group: members that failed together and are tried again together. A group has no key of its own.
 *   Its members have the same field `bg` and the same millisecond in `delayed`, so a member that is removed or promoted
 *   on the board leaves the others as they are.
 *
 * `~requests` holds the requests in flight over all workers, each until its locks run out.
 *
 * With `order: endpoint` one request is out at a time, and `delayed` holds what is ahead of all that waits. Groups that
 * wait for their turn (second halves) are at the head of `wait` with their `bg`, and are not filled up with others.
 */
import { SCORE_PER_MS } from '../bull-script.js';

/**
 * Lua, after `BODY_LUA`. A request is `{ ids, flag, group }`.
 * - `batchInFlight(E, now)` returns how many requests are in flight.
 * - `batchOpen(E, id, untilMs)` counts a request, `batchClose(E, id)` ends it.
 * - `batchNext(E, S, now, gate, retryFirst)` returns the next request, still where it was; or nil, and when there may be one.
 * - `batchRemove(E, request)` removes its members from where they wait.
 * - `batchProbe(E)` prepares an ordered endpoint for a probe; false: something is in flight.
 * - `batchReturned(E, active, stalled)` gives stalled members the order back that they had in `active`.
 * - `batchBehind(E, id)` moves a delivery from `delayed` to the head of `wait`.
 */
export const BATCH_LUA = `
local function batchInFlight(E, now)
  redis.call('ZREMRANGEBYSCORE', E.ours('requests'), '-inf', now)
  return redis.call('ZCARD', E.ours('requests'))
end
local function batchOpen(E, id, untilMs)
  redis.call('ZADD', E.ours('requests'), string.format('%.0f', untilMs), id)
end
local function batchClose(E, id) redis.call('ZREM', E.ours('requests'), id) end
local function batchBytes(E, id, data)
  local ref = string.match(data or '', '"b":"([^"]+)"')
  local head = ref and redis.call('GETRANGE', bodyKey(E.job(id), ref), 4, 7)
  return head and #head == 4 and struct.unpack('>I4', head) or #(data or '')
end
-- Those at the head of wait that fit into one request, and whether nothing can be added to them.
local function batchHead(E, S)
  local ids, bytes, group = {}, 0, nil
  local waiting = redis.call('LRANGE', E.wait, -S.batch.events, -1)
  for n = #waiting, 1, -1 do
    local id = waiting[n]
    local stored = redis.call('HMGET', E.job(id), 'data', 'bg')
    local own = S.order == 'endpoint' and stored[2] or nil
    if #ids == 0 then group = own elseif own ~= group then return ids, true, group end
    bytes = bytes + batchBytes(E, id, stored[1])
    if #ids > 0 and bytes > S.batch.bytes then return ids, true, group end
    ids[#ids + 1] = id
  end
  return ids, group ~= nil or #ids >= S.batch.events or bytes >= S.batch.bytes, group
end
local function batchFresh(E, S, now)
  local opened = E.ours('opened')
  local ids, isFull, group = batchHead(E, S)
  if #ids == 0 then
    redis.call('DEL', opened)
    -- Without an order a priority is none of ours; it is delivered all the same.
    local other = S.order ~= 'endpoint' and redis.call('ZRANGE', E.prioritized, 0, 0)[1]
    return other and { ids = { other }, flag = 'fresh' } or nil
  end
  -- A clock that was set back does not make it wait for longer.
  local since = math.min(tonumber(redis.call('GET', opened) or now), now)
  if not isFull and now < since + S.batch.waitMs then
    redis.call('SET', opened, string.format('%.0f', since))
    return nil, since + S.batch.waitMs
  end
  return { ids = ids, flag = 'fresh', group = group }
end
local function batchRetry(E, now)
  local first = redis.call('ZRANGE', E.delayed, 0, 0, 'WITHSCORES')
  if not first[1] then return nil end
  local ms = math.floor(first[2] / ${SCORE_PER_MS})
  if ms > now then return nil, ms end
  local group = redis.call('HGET', E.job(first[1]), 'bg')
  local ids = { first[1] }
  if group then
    local from, to = ms * ${SCORE_PER_MS}, (ms + 1) * ${SCORE_PER_MS} - 1
    ids = {}
    for _, id in ipairs(redis.call('ZRANGE', E.delayed, string.format('%.0f', from), string.format('%.0f', to), 'BYSCORE')) do
      if redis.call('HGET', E.job(id), 'bg') == group then ids[#ids + 1] = id end
    end
  end
  return { ids = ids, flag = 'retry', group = group or nil }
end
local function batchNext(E, S, now, gate, retryFirst)
  local isOrdered = S.order == 'endpoint'
  local retry, retryAt
  if gate.retries ~= false or isOrdered then retry, retryAt = batchRetry(E, now) end
  if retry and gate.retries == false then return nil end
  -- What is delayed is ahead of what waits.
  if isOrdered and (retry or retryAt) then return retry, retryAt end
  if retry and (retryFirst or gate.fresh == false) then return retry end
  if gate.fresh == false then return nil, retryAt end
  local fresh, freshAt = batchFresh(E, S, now)
  if fresh or retry then return fresh or retry end
  return nil, retryAt and freshAt and math.min(retryAt, freshAt) or retryAt or freshAt
end
local function batchRemove(E, request)
  if request.flag == 'fresh' then
    -- The prioritized one is alone.
    if redis.call('ZREM', E.prioritized, request.ids[1]) == 1 then return end
    redis.call('LTRIM', E.wait, 0, -#request.ids - 1)
    redis.call('DEL', E.ours('opened'))
    return
  end
  for _, id in ipairs(request.ids) do
    redis.call('ZREM', E.delayed, id)
    redis.call('HSET', E.job(id), 'delay', 0)
  end
end
local function batchBehind(E, id)
  redis.call('ZREM', E.delayed, id)
  redis.call('HSET', E.job(id), 'delay', 0)
  redis.call('RPUSH', E.wait, id)
end
local function batchReturned(E, active, stalled)
  local isStalled = {}
  for _, id in ipairs(stalled) do isStalled[id] = true end
  -- The first that was taken is the last of the list, and is to be taken first again.
  for _, id in ipairs(active) do
    if isStalled[id] and redis.call('LREM', E.wait, -1, id) > 0 then redis.call('RPUSH', E.wait, id) end
  end
end
local function batchProbe(E)
  if redis.call('LLEN', E.active) > 0 then return false end
  -- The probe is the first of all, and what was to be retried with it stays behind it.
  for _, id in ipairs(redis.call('ZRANGE', E.delayed, 0, -1, 'REV')) do batchBehind(E, id) end
  return true
end
`;
