/** What an attempt says about its receiver, as a step of the state in `hold-lua.ts`. */

/**
 * Lua: `holdSettled(E, S, now, class, id, isProbe, detail)`; see `take/settle-script.ts`. `class` and `detail`, as JSON,
 * are those of `settle-class.ts`. Returns a report for the worker, or nil.
 */
export const HOLD_SETTLE_LUA = `
local HOLD_FIELDS = {
  'state', 'row', 'failures', 'reason', 'detail', 'since', 'owed', 'over', 'delay', 'probeAt', 'probe', 'again', 'urls',
  'until', 'paused', 'ours', 'own', 'ownWhy', 'ownAt', 'ended', 'waited', 'level', 'rampAt', 'windows', 'cursor', 'cursorAt', 'counted',
}
local function holdWaiting(E)
  return redis.call('LLEN', E.wait) + redis.call('ZCARD', E.prioritized) + redis.call('ZCARD', E.delayed)
end
-- The receiver answered: what waits is taken again, few at first.
local function holdEnd(E, H, now)
  local report = { what = 'answered', heldMs = holdUncounted(H, now) }
  H.state, H.ended, H.waited, H.level, H.rampAt = 'recovering', now, holdWaiting(E), 1, now
  H.counted, H.probe, H.probeAt, H.delay, H.again, H.urls = nil
  return report
end
-- A pause that was over before this attempt ended.
local function holdUnpause(E, H, now)
  if not H.paused or now < holdTime(H, 'until') then return nil end
  -- Without an end, an operator has ended it.
  local ms = (H['until'] and holdTime(H, 'until') or now) - holdTime(H, 'paused')
  H.paused, H['until'] = nil
  if H.state then return nil end
  return { what = 'recovered', ms = ms, heldMs = ms, waited = holdWaiting(E), revived = 0, reason = H.reason }
end
local function holdDelivered(E, S, H, now)
  local report = holdUnpause(E, H, now)
  if H.state == 'held' then report = holdEnd(E, H, now) end
  if H.owed and S.hold and S.hold.revive and H.row then
    local windows = cjson.decode(H.windows or '[]')
    windows[#windows + 1] = { tonumber(H.row), now }
    H.windows = cjson.encode(windows)
    if not H.state then
      H.state, H.ended, H.level, H.rampAt, H.since = 'recovering', now, 1, now, H.since or now
    end
  end
  H.row, H.failures, H.owed, H.over = nil
  if not H.windows then H.cursor, H.cursorAt = nil, nil end
  if not H.state and not H.paused then H.reason, H.detail, H.since = nil, nil, nil end
  return report
end
local function holdAnswered(E, H, now)
  local report = holdUnpause(E, H, now)
  if H.state == 'held' then report = holdEnd(E, H, now) end
  H.failures = nil
  return report
end
local function holdPause(S, H, D, now)
  if not D.retryAfterMs then return nil end
  local to = math.max(holdTime(H, 'until'), now + math.min(D.retryAfterMs, S.maxBackoffMs))
  local isNew = now >= holdTime(H, 'until') and not H.paused and H.state ~= 'held'
  H['until'] = to
  if H.state ~= 'held' then H.paused = H.paused or now end
  return isNew and { what = 'held', reason = H.reason, detail = H.detail, ['until'] = to } or nil
end
local function holdBegin(E, S, H, now, report)
  report = not H.paused and { what = 'held', reason = H.reason, detail = H.detail } or report
  H.state, H.since, H.counted, H.owed = 'held', H.paused or now, H.paused or now, 1
  H.delay, H.probeAt, H.urls = S.hold.probeMs, now + S.hold.probeMs, S.hold.url and S.hold.url .. ' ' or nil
  H.paused, H.level, H.rampAt, H.ended = nil
  if report then report.waiting, report.probeAt = holdWaiting(E), math.max(H.probeAt, holdTime(H, 'until')) end
  return report
end
local function holdFailed(E, S, H, now, isProbe, D)
  H.row, H.reason, H.detail = H.row or now, D.reason, D.detail
  local report = holdPause(S, H, D, now)
  if H.state == 'held' and S.hold then
    if isProbe then H.delay = math.min(H.delay and H.delay * 2 or S.hold.probeMs, S.hold.maxProbeMs) end
    H.probeAt = H.again and now or now + tonumber(H.delay or S.hold.probeMs)
    if isProbe then H.again = nil end
    return { what = 'holding', heldMs = holdUncounted(H, now) }
  end
  if H.state == 'recovering' then H.rampAt = now end
  H.failures = holdTime(H, 'failures') + 1
  if not S.hold or H.over or H.failures < S.hold.after then return report end
  return holdBegin(E, S, H, now, report)
end
local function holdSettled(E, S, now, class, id, isProbe, detail)
  local key = E.ours('hold')
  if class ~= 'outage' and class ~= 'none' and redis.call('EXISTS', key) == 0 then return nil end
  local H, D, report = holdRead(key), cjson.decode(detail or '{}'), nil
  isProbe = isProbe and H.probe == id
  if isProbe then H.probe = nil end
  if class == 'delivered' then report = holdDelivered(E, S, H, now)
  elseif class == 'other' then report = holdAnswered(E, H, now)
  elseif class == 'outage' then report = holdFailed(E, S, H, now, isProbe, D)
  elseif not next(H) and not D.oursMs then return nil
  else
    -- It says nothing about the receiver. What was not asked at all is followed by the next probe at once.
    if D.oursMs then
      H.ours = math.max(holdTime(H, 'ours'), now + D.oursMs)
      H.own, H.ownWhy, H.ownAt = D.own, D.why, H.ownAt or now
    end
    if isProbe and not D.unasked and H.state == 'held' then
      H.probeAt, H.again = H.again and now or now + tonumber(H.delay or 1000), nil
    end
  end
  if holdTime(H, 'ours') <= now then
    H.ours = nil
    -- The receiver was asked: what kept us from it is over.
    if class ~= 'none' then H.own, H.ownWhy, H.ownAt = nil end
  end
  if holdTime(H, 'until') <= now and not H.paused then H['until'] = nil end
  holdStore(key, H, HOLD_FIELDS)
  return report
end
`;
