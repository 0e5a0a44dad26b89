/** The scripts of the leader that reads notes. They work in a Redis that is full. */
import { script } from '../script.js';

/**
 * The oldest notes of a list; with its end, what was counted instead of listed. The counts are set aside, so that
 * what is counted from here on is kept apart until these are removed. Nothing, while another reader holds a page.
 *
 * KEYS notes, counts, counts that are set aside, who holds a page
 * ARGV how many, who reads, for how many ms the page is held
 * Returns the notes, group and count in turns, and 1 when another reader holds a page, else 0.
 */
export const READ_NOTES = script(`
local holder = redis.call('GET', KEYS[4])
if holder and holder ~= ARGV[2] then return { {}, {}, 1 } end
local notes, counts = redis.call('LRANGE', KEYS[1], 0, ARGV[1] - 1), {}
if #notes < tonumber(ARGV[1]) then
  if redis.call('EXISTS', KEYS[3]) == 0 and redis.call('EXISTS', KEYS[2]) == 1 then
    redis.call('RENAME', KEYS[2], KEYS[3])
  end
  counts = redis.call('HGETALL', KEYS[3])
end
-- A Redis that is full may refuse this; then the lease alone keeps two readers apart.
if #notes + #counts > 0 then redis.pcall('SET', KEYS[4], ARGV[2], 'PX', ARGV[3]) end
return { notes, counts, 0 }
`);

/**
 * Removes what was recorded of a page, and lets the page go. A second call has no effect, nor has that of a reader
 * which held the page before: it finds other notes, and leaves them.
 *
 * KEYS notes, counts that are set aside, who holds the page
 * ARGV who, how many notes, the first of them, then group and count in turns
 */
export const REMOVE_NOTES = script(`
if ARGV[2] ~= '0' and redis.call('LINDEX', KEYS[1], 0) == ARGV[3] then
  redis.call('LTRIM', KEYS[1], ARGV[2], -1)
end
for i = 4, #ARGV, 2 do
  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', KEYS[2], ARGV[i]) end
end
if redis.call('GET', KEYS[3]) == ARGV[1] then redis.call('DEL', KEYS[3]) end
return 1
`);

/**
 * Moves the notes of an earlier version, which its workers also read, to where this version reads them.
 *
 * KEYS list of the earlier version, notes
 * ARGV how many at most
 */
export const ADOPT_NOTES = script(`
for _ = 1, ARGV[1] do
  local note = redis.call('LPOP', KEYS[1])
  if not note then return 0 end
  redis.call('RPUSH', KEYS[2], note)
end
return 1
`);
