import { script } from '../script.js';

/**
 * The next members of a sorted set after a cursor, in the order of score and member. The cursor is a score and a
 * member, not a rank, so that a walk neither repeats nor leaves out what stays while other members come and go;
 * the cursor's own member may be gone. Only reads, so that it works in a Redis that is full.
 *
 * KEYS[1] sorted set whose members are hexadecimal ids
 * ARGV[1] `desc` or `asc`
 * ARGV[2] score to begin with when there is no cursor: the highest for `desc`, the lowest for `asc`
 * ARGV[3] score of the cursor, or empty
 * ARGV[4] member of the cursor
 * ARGV[5] how many
 * Returns member and score in turns.
 */
export const WALK = script(`
local key, desc, id = KEYS[1], ARGV[1] == 'desc', ARGV[4]
local range = desc and 'ZREVRANGE' or 'ZRANGE'
local function before(score)
  if desc then return redis.call('ZCOUNT', key, '(' .. score, '+inf') end
  return redis.call('ZCOUNT', key, '-inf', '(' .. score)
end
local start
if ARGV[3] == '' then
  start = before(ARGV[2])
else
  start = before(ARGV[3])
  local last = start + redis.call('ZCOUNT', key, ARGV[3], ARGV[3])
  while start < last do
    local middle = math.floor((start + last) / 2)
    local member = redis.call(range, key, middle, middle)[1]
    local passed
    if desc then passed = member >= id else passed = member <= id end
    if passed then start = middle + 1 else last = middle end
  end
end
return redis.call(range, key, start, start + tonumber(ARGV[5]) - 1, 'WITHSCORES')
`);
