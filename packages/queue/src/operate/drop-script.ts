/**
 * Removes a delivery that is dead at this moment, and notes it, in one step: one that was retried meanwhile stays,
 * and none goes without a note. The removal comes first, so that it works in a Redis that is full.
 *
 * KEYS[1] dead-letter set
 * KEYS[2] the job
 * KEYS[3] journal: list
 * ARGV[1] id of the delivery
 * ARGV[2] note
 * Returns 1 when it was there, else 0.
 */
import { script } from '../script.js';

/** See the header. Answers 1 when it removed the delivery, else 0. */
export const DROP_DEAD = script(`
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('DEL', KEYS[2], KEYS[2] .. ':logs')
redis.call('RPUSH', KEYS[3], ARGV[2])
return 1
`);
