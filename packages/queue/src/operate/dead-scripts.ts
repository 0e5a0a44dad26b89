/**
 * What takes a delivery out of the dead-letter set. Each script changes the delivery and leaves its note in one step,
 * so neither exists without the other, however many processes act at once and wherever one is killed. The removal
 * comes first: Redis lets a script finish that has written before memory ran out.
 */
import { BODY_LUA } from '../body/body-lua.js';
import { reprocessLua } from '../body/settle-scripts.js';
import { script } from '../script.js';
import { AGENDA_LUA } from '../take/agenda-lua.js';
import { LEAVE_NOTE } from './note-script.js';

/**
 * Removes a dead delivery. With a time and a count it is removed only if it died before that time or is not one of
 * the newest that are to be kept, as of this very moment.
 *
 * KEYS dead-letter set, the job, notes, counts
 * ARGV id, note, group of the note, then for retention: epoch ms, how many to keep
 * Returns 1 when it removed the delivery, else 0.
 */
export const REMOVE_DEAD = script(`
${BODY_LUA}
${LEAVE_NOTE}
if ARGV[4] then
  local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
  if not score then return 0 end
  local isOld = tonumber(score) < tonumber(ARGV[4])
  local surplus = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[5])
  if not isOld and redis.call('ZRANK', KEYS[1], ARGV[1]) >= surplus then return 0 end
end
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
releaseBody(KEYS[2])
redis.call('DEL', KEYS[2], KEYS[2] .. ':logs')
leaveNote(KEYS[3], KEYS[4], ARGV[2], ARGV[3])
return 1
`);

/**
 * BullMQ's own retry of a failed job, to the end of its queue, with a note. Bound to the pinned version of BullMQ; a test compares the keys.
 *
 * KEYS BullMQ's nine, see {@link RETRY_KEYS}; then notes, counts, the agenda (in a Cluster: the first again)
 * ARGV BullMQ's six, see {@link retryArguments}; then note, group of the note, endpoint
 * Returns 1 when it is back in its queue; -1 or -3 when it was not in the dead-letter set.
 */
export const RETRY_DEAD = script(`
${AGENDA_LUA}
${LEAVE_NOTE}
${reprocessLua}
local answer = retryToEnd()
if answer ~= 1 then return answer end
leaveNote(KEYS[10], KEYS[11], ARGV[7], ARGV[8])
if redis.call('LLEN', KEYS[4]) > 1 then return answer end
agendaLower(ARGV[9], redis.call('TIME')[1] * 1000)
agendaWake(ARGV[9])
return answer
`);

/** Parts of the keys that BullMQ's retry takes after the job's own, in its order. */
export const RETRY_KEYS = [
  'events',
  'failed',
  'wait',
  'meta',
  'active',
  'marker',
  'prioritized',
  'pc',
] as const;

/** What BullMQ's retry takes: to the end of the queue, with all attempts. */
export const retryArguments = (id: string): string[] => [id, 'LPUSH', 'failedReason', 'failed', '1', '1'];
