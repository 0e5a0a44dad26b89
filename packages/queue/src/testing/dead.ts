/** Dead deliveries without a worker: as many as a test wants, as a worker leaves them behind. */
import type { Delivery } from '@longshore/event';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import { JOB_OPTIONS, jobName } from '../job.js';
import { queueKey } from '../names.js';
import { aDelivery, dataOfVersion1 } from './deliveries.js';

interface Buried {
  endpoint: string;
  count: number;
  /** When the first died; each next one a millisecond later. */
  from?: number;
  reason?: string;
  make?(n: number): Delivery;
}

/** Oldest first. */
export async function bury(
  client: RedisClient,
  prefix: string,
  {
    endpoint,
    count,
    from = Date.now() - count,
    reason = 'http_503',
    make = () => aDelivery(endpoint),
  }: Buried,
): Promise<Delivery[]> {
  await createInspector(client, prefix).remember([endpoint]);
  const buried: Delivery[] = [];
  for (let start = 0; start < count; start += 1_000) {
    const writes: Promise<unknown>[] = [];
    for (let n = start; n < Math.min(start + 1_000, count); n++) {
      const delivery = make(n);
      buried.push(delivery);
      const at = from + n;
      const answer = { attempt: 10, at: new Date(at).toISOString(), reason, status: 503, detail: 'busy' };
      const fields = {
        name: jobName(delivery),
        data: JSON.stringify(dataOfVersion1(delivery)),
        opts: JSON.stringify({ ...JOB_OPTIONS, stl: 1, jobId: delivery.id }),
        timestamp: at,
        delay: 0,
        priority: 0,
        atm: 10,
        ats: 10,
        processedOn: at,
        finishedOn: at,
        failedReason: `${reason}: busy`,
        stacktrace: JSON.stringify([JSON.stringify(answer)]),
      };
      writes.push(client.hset(queueKey(prefix, endpoint, delivery.id), fields));
      writes.push(client.zadd(queueKey(prefix, endpoint, 'failed'), at, delivery.id));
    }
    await Promise.all(writes);
  }
  return buried;
}
