/**
 * Keeps the finished within the retention. Delivered ones go without a word, they were told when they
 * happened. Dead ones that grow too old or too many are returned as they are removed, so that the caller can
 * count and record each: nothing leaves the dead-letter set in silence.
 */
import type { Delivery } from '@longshore/event';
import type { Job, Queue } from 'bullmq';
import type { RedisClient } from './connection.js';
import { deliveryFrom, type JobData, type LastAnswer, lastAnswer } from './job.js';
import { promoteOverdue } from './overdue.js';
import { createQueuePool } from './queue-pool.js';

/** Per endpoint; whichever limit is reached first. */
export interface Retention {
  /** `age` in milliseconds. */
  delivered: { age: number; count: number };
  dead: { age: number; count: number };
}

/** A delivery that retention has removed from the dead-letter set. */
export interface Expired {
  id: string;
  endpoint: string;
  /** Undefined when it was not or could not be read. */
  delivery?: Delivery;
  attempts: number;
  last?: LastAnswer;
}

/** Applies retention when it is asked to; it has no clock of its own. */
export interface Janitor {
  /** Applies the retention to one endpoint. Each expired delivery is returned to exactly one process. */
  sweep(endpoint: string, retention: Retention): Promise<Expired[]>;
  /**
   * Makes deliveries due that wait longer than any delay allows, because the clock was set back.
   * @param longest milliseconds that a delivery of the endpoint can wait at most
   * @returns how many
   */
  promoteOverdue(endpoint: string, longest: number): Promise<number>;
  /**
   * Makes room in a Redis that fills up: the oldest delivered go first. This shortens the dedupe window.
   * @returns how many went
   */
  relieve(endpoint: string): Promise<number>;
  close(): Promise<void>;
}

const PAGE = 200;
const TRIM = 1_000;

/** Shares the client, which is the caller’s to close. */
export function createJanitor(client: RedisClient, prefix: string): Janitor {
  const pool = createQueuePool(client, prefix);
  return {
    async sweep(endpoint, { delivered, dead }) {
      const queue = pool.ready(endpoint);
      // BullMQ applies an age only when another job of the queue finishes; this does it for idle queues too.
      await queue.clean(delivered.age, TRIM, 'completed');
      await removeOldestDelivered(queue, (await queue.getCompletedCount()) - delivered.count);
      return expireDead(queue, endpoint, dead);
    },
    promoteOverdue: (endpoint, longest) => promoteOverdue(client, prefix, pool, endpoint, longest),
    relieve: (endpoint) => removeOldestDelivered(pool.ready(endpoint), TRIM),
    close: pool.close,
  };
}

async function removeOldestDelivered(queue: Queue<JobData>, count: number): Promise<number> {
  if (count <= 0) return 0;
  return (await queue.clean(0, Math.min(count, TRIM), 'completed')).length;
}

async function expireDead(
  queue: Queue<JobData>,
  endpoint: string,
  { age, count }: Retention['dead'],
): Promise<Expired[]> {
  const expired: Expired[] = [];
  for (;;) {
    const surplus = (await queue.getFailedCount()) - count;
    const page = (await queue.getJobs(['failed'], 0, PAGE - 1, true)).filter((job) => job !== undefined);
    const now = Date.now();
    const due = page.filter((job, index) => index < surplus || finishedOn(job, now) < now - age);
    const newest = due.at(-1);
    if (!newest) return expired;
    // `clean` takes from the dead-letter set only, in one step: what an operator retries meanwhile is safe,
    // and each id is returned to one process, so that each expiry is counted once.
    const ids = await queue.clean(now - finishedOn(newest, now), due.length, 'failed');
    if (ids.length === 0) return expired;
    const seen = new Map(page.map((job) => [job.id, job]));
    expired.push(...ids.map((id) => asExpired(id, endpoint, seen.get(id))));
  }
}

const finishedOn = (job: Job<JobData>, now: number): number => job.finishedOn ?? now;

/** Beside another process this one may have removed a delivery that it had not read: known by its id alone. */
function asExpired(id: string, endpoint: string, job: Job<JobData> | undefined): Expired {
  if (!job) return { id, endpoint, attempts: 0 };
  const delivery = deliveryFrom(id, endpoint, job.data);
  return { id, endpoint, delivery, attempts: job.attemptsMade, last: lastAnswer(job) };
}
