/**
 * Deliveries that a clock set back would keep for as long as it was set back: due later than any delay of their
 * endpoint allows. They are due at once, which is at most one delay too early.
 */
import { ignore } from '@longshore/event';
import { SCORE_PER_MS } from './bull-script.js';
import type { RedisClient } from './connection.js';
import { queueKey } from './names.js';
import type { QueuePool } from './queue-pool.js';
import { lowerAgenda } from './take/agenda.js';

/** Promoted at once, so that a hundred thousand do not flood the connection. */
const PAGE = 100;
/** For clocks of several machines that differ, and for what was queued while this looks. */
const SLACK_MS = 5_000;

/**
 * Makes those due that are due later than `longest` from now.
 * @param longest milliseconds that a delivery of this endpoint can wait at most
 * @returns how many
 */
export async function promoteOverdue(
  client: RedisClient,
  prefix: string,
  pool: QueuePool,
  endpoint: string,
  longest: number,
): Promise<number> {
  const key = queueKey(prefix, endpoint, 'delayed');
  const latest = (Date.now() + longest + SLACK_MS) * SCORE_PER_MS;
  let promoted = 0;
  for (;;) {
    const ids = await client.zrangebyscore(key, latest, '+inf', 'LIMIT', 0, PAGE);
    if (ids.length === 0) return promoted;
    const backend = pool.ready(endpoint).getBackend();
    // One that a worker or an operator took meanwhile is no longer delayed.
    const done = await Promise.all(
      ids.map((id) => backend.promote(id).then(() => true, ignore('queue.promote'))),
    );
    const count = done.filter(Boolean).length;
    promoted += count;
    if (count === 0) return promoted;
    await lowerAgenda(client, prefix, endpoint);
  }
}
