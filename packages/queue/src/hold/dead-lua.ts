/**
 * Lua that revives what died of an outage: dead since the endpoint's last delivery, its last failure by an outage
 * reason, and never revived before. Needs `leaveNote` of
 * `operate/note-script.ts`, and `latestRetried` of `LATEST_LUA`.
 *
 * The set of the dead is read from a cursor, so that reviving continues where it stopped, in whichever process, and what
 * died of something else is looked at once. `windows` are the outages that are over and not revived yet, oldest first;
 * an outage that lasts is one more window behind them, without an end.
 */
import { OUTAGE_REASONS } from '@longshore/event';

/** Of the dead, looked at in one call. */
const LOOKED_AT = 100;

const outages = OUTAGE_REASONS.map((reason) => `['${reason}'] = true`).join(', ');

/** Lua: `holdDead(E, H, now, n, row)` and `holdRevived(E, id, now)`. */
export const DEAD_LUA = `
local HOLD_OUTAGE = { ${outages} }
-- Whether a dead delivery is to be revived, and why it died.
local function holdRevivable(E, id)
  local words, revived = unpack(redis.call('HMGET', E.job(id), 'failedReason', 'rv'))
  local reason = string.match(words or '', '^[%w_]+')
  return not revived and HOLD_OUTAGE[reason] or false
end
-- The rank of the first of the dead that was not looked at in a window.
local function holdRank(E, H, from)
  local score = H.cursor and redis.call('ZSCORE', E.failed, H.cursor)
  if score and tonumber(score) == tonumber(H.cursorAt) then return redis.call('ZRANK', E.failed, H.cursor) + 1 end
  -- What the cursor pointed to is gone, or has died again: some may be looked at again.
  local at = math.max(from, tonumber(H.cursorAt or 0))
  return redis.call('ZCOUNT', E.failed, '-inf', string.format('(%.0f', at))
end
-- Up to n of the dead that are to be revived, oldest first, and whether there may be more. \`row\`: when the outage that
-- lasts began, or nil.
local function holdDead(E, H, now, n, row)
  local key, windows = E.ours('hold'), cjson.decode(H.windows or '[]')
  local ended, found, looked, late = #windows, {}, 0, false
  -- Not of this millisecond: another one of it may follow, in front of the cursor.
  if row then windows[ended + 1] = { tonumber(row), now - 1 } end
  while #windows > 0 and #found < n and looked < ${LOOKED_AT} do
    local from, to = windows[1][1], windows[1][2]
    local rank = holdRank(E, H, from)
    local page = redis.call('ZRANGE', E.failed, rank, rank + math.min(n - #found, ${LOOKED_AT} - looked) - 1, 'WITHSCORES')
    local over = #page == 0
    for i = 1, #page, 2 do
      if tonumber(page[i + 1]) > to then over = true break end
      looked = looked + 1
      H.cursor, H.cursorAt = page[i], page[i + 1]
      if holdRevivable(E, page[i]) then found[#found + 1] = page[i] end
    end
    if over then
      -- One that lasts keeps its cursor.
      if ended == 0 then
        late = #page > 0
        break
      end
      table.remove(windows, 1)
      ended = ended - 1
      H.cursor, H.cursorAt = nil, nil
    end
  end
  if row and #windows > ended then windows[ended + 1] = nil end
  H.windows = ended > 0 and cjson.encode(windows) or nil
  holdStore(key, H, { 'windows', 'cursor', 'cursorAt' })
  return found, late or ended > 0 or looked >= ${LOOKED_AT}
end
-- Takes one out of the dead, with all its attempts. Its note is recorded by the worker that leads.
local function holdRevived(E, id, now)
  local job = E.job(id)
  local attempts, words = unpack(redis.call('HMGET', job, 'atm', 'failedReason'))
  redis.call('ZREM', E.failed, id)
  redis.call('HDEL', job, 'finishedOn', 'processedOn', 'failedReason', 'atm')
  redis.call('HSET', job, 'rv', 1)
  latestRetried(E, id)
  redis.call('HINCRBY', E.ours('hold'), 'revived', 1)
  local note = {
    v = 1, what = 'replayed', at = now, by = 'hold', endpoint = E.name, deliveryId = id,
    attempts = tonumber(attempts or 0), reason = string.match(words or '', '^[%w_]*'),
  }
  leaveNote(E.ours('notes'), E.ours('note-counts'), cjson.encode(note), '["replayed","hold"]')
end
`;
