/** Keeps the locks of what this process has taken: one script for each endpoint with something in flight. */
import type { RedisClient } from '../connection.js';
import { queueKey } from '../names.js';
import { runScript, script } from '../script.js';
import { ENDPOINT_LUA } from './endpoint-lua.js';
import { LOCK_MS } from './take-script.js';

/** Locks are renewed so often. */
export const RENEW_MS = LOCK_MS / 2;

/**
 * A job whose lock is gone, or another process's, is left as it is: its settlement finds out. So is a request that is
 * not in flight any more.
 *
 * KEYS BullMQ's set of jobs that may be stalled; ARGV first part of the endpoint's keys, token, how many ids of jobs,
 * these, ids of requests
 */
const RENEW = script(`
${ENDPOINT_LUA}
local base, token, jobs = ARGV[1], ARGV[2], tonumber(ARGV[3])
for n = 4, 3 + jobs do
  local lock = base .. ARGV[n] .. ':lock'
  if redis.call('GET', lock) == token then
    redis.call('PEXPIRE', lock, ${LOCK_MS})
    redis.call('SREM', KEYS[1], ARGV[n])
  end
end
for n = 4 + jobs, #ARGV do
  redis.call('ZADD', base .. '~requests', 'XX', string.format('%.0f', nowMs() + ${LOCK_MS}), ARGV[n])
end
return 1
`);

/** Rejects with Redis' error. */
export async function renewLocks(
  client: RedisClient,
  prefix: string,
  { endpoint, token, ids, requests }: Renewal,
): Promise<void> {
  if (ids.length === 0) return;
  const stalled = queueKey(prefix, endpoint, 'stalled');
  const args = [queueKey(prefix, endpoint, ''), token, ids.length, ...ids, ...requests];
  await runScript(client, RENEW, [stalled], args);
}

/** What a process has in flight at an endpoint. */
interface Renewal {
  endpoint: string;
  token: string;
  /** Of jobs. */
  ids: readonly string[];
  /** Of requests with several of them. */
  requests: readonly string[];
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
