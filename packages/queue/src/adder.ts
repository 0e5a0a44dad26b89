/**
 * Collects the jobs that leave with the same write to Redis, of whichever requests, and adds them with one script: the
 * ten deliveries of an event to ten endpoints, and those of the requests that came in meanwhile. In a Redis Cluster a
 * script sees one slot only, so there each endpoint has its own.
 */
import { type Added, addJobs, type NewJob } from './add-script.js';
import { isCluster, type RedisClient } from './connection.js';
import { beforeRelease } from './group-commit.js';

/** Jobs of one script: Redis does nothing else meanwhile. */
const MOST_AT_ONCE = 64;
/** Bytes of their bodies. A larger one is added alone. */
const MOST_BYTES = 128 * 1024;

interface Waiting {
  job: NewJob;
  resolve(added: Added): void;
  reject(error: unknown): void;
}

/** Adds one job. Rejects with Redis' error. */
export type AddJob = (job: NewJob) => Promise<Added>;

/** Shares the client, which is the caller’s to close. */
export function createAdder(client: RedisClient, prefix: string): AddJob {
  let waiting: Waiting[] = [];
  const flush = (): void => {
    const all = waiting;
    waiting = [];
    for (const part of partsOf(all, isCluster(client))) void send(client, prefix, part);
  };
  return (job) =>
    new Promise((resolve, reject) => {
      waiting.push({ job, resolve, reject });
      if (waiting.length === 1) beforeRelease(client, flush);
    });
}

async function send(client: RedisClient, prefix: string, part: readonly Waiting[]): Promise<void> {
  try {
    const jobs = part.map(({ job }) => job);
    const all = await addJobs(client, prefix, jobs);
    for (const [n, { resolve, reject }] of part.entries()) {
      const added = all[n];
      if (added === undefined || added instanceof Error) reject(added ?? new Error('no answer from Redis'));
      else resolve(added);
    }
  } catch (error) {
    for (const { reject } of part) reject(error);
  }
}

/** In their order, within the limits. */
function partsOf(all: readonly Waiting[], isByEndpoint: boolean): Waiting[][] {
  const parts: Waiting[][] = [];
  const open = new Map<string, { part: Waiting[]; bytes: number }>();
  for (const one of all) {
    const { endpoint, body } = one.job;
    const slot = isByEndpoint ? endpoint : '';
    const last = open.get(slot);
    if (last && last.part.length < MOST_AT_ONCE && last.bytes + body.data.length <= MOST_BYTES) {
      last.part.push(one);
      last.bytes += body.data.length;
    } else {
      const part = [one];
      open.set(slot, { part, bytes: body.data.length });
      parts.push(part);
    }
  }
  return parts;
}
