/** Looks at deliveries that waited for another one are due at once when that one has settled. Best effort. */
import { ignore } from '@longshore/event';
import { bullmq } from '../bullmq.js';
import { createQueuePool } from '../queue-pool.js';
import { lowerAgenda } from '../take/agenda.js';
import type { PreheatMemoryOptions } from './keys.js';

/** Promoted at once, so that a thousand do not flood the connection. */
const CHUNK = 50;

/** One that is not delayed now (it is being looked at, or has gone) needs no waking. */
export async function wake(
  { client, prefix, endpoint }: PreheatMemoryOptions,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const pool = createQueuePool(client, prefix);
  const queue = pool.get(endpoint);
  for (let at = 0; at < ids.length; at += CHUNK) {
    const chunk = ids.slice(at, at + CHUNK).map(async (id) => {
      const job = await bullmq().Job.fromId(queue, id);
      await job?.promote();
    });
    await Promise.allSettled(chunk);
  }
  await lowerAgenda(client, prefix, endpoint).catch(ignore('queue.agenda')); // the leader finds it
  await pool.close();
}
