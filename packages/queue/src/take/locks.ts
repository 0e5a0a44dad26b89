/** Keeps the locks of what this process has taken: one script for each endpoint with something in flight. */
import type { RedisClient } from '../connection.js';
import { queueKey } from '../names.js';
import { runScript, script } from '../script.js';
import { LOCK_MS } from './take-script.js';

/** Locks are renewed so often. */
export const RENEW_MS = LOCK_MS / 2;

/**
 * A job whose lock another process has, or nobody, is left as it is: its settlement finds out.
 *
 * KEYS BullMQ's set of jobs that may be stalled; ARGV first part of the endpoint's keys, token, ids
 */
const RENEW = script(`
for n = 3, #ARGV do
  local lock = ARGV[1] .. ARGV[n] .. ':lock'
  if redis.call('GET', lock) == ARGV[2] then
    redis.call('PEXPIRE', lock, ${LOCK_MS})
    redis.call('SREM', KEYS[1], ARGV[n])
  end
end
return 1
`);

/** Rejects with Redis' error. */
export async function renewLocks(
  client: RedisClient,
  prefix: string,
  { endpoint, token, ids }: { endpoint: string; token: string; ids: readonly string[] },
): Promise<void> {
  if (ids.length === 0) return;
  const stalled = queueKey(prefix, endpoint, 'stalled');
  await runScript(client, RENEW, [stalled], [queueKey(prefix, endpoint, ''), token, ...ids]);
}

/** Shown with a job wherever it is looked at. KEYS the job; ARGV JSON. */
const PROGRESS = script(`
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'progress', ARGV[1]) end
return 1
`);

/** Rejects with Redis' error. */
export async function noteProgress(client: RedisClient, jobKey: string, value: object): Promise<void> {
  await runScript(client, PROGRESS, [jobKey], [JSON.stringify(value)]);
}
