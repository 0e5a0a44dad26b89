/** The delivery that a process has taken. A body that is too large to travel with its job is read here. */
import type { Delivery } from '@longshore/event';
import type { RedisClient } from '../connection.js';
import { decodeJob, type JobData, type Unreadable } from '../job.js';
import { queueKey } from '../names.js';
import type { TakenJob } from '../take/take-script.js';
import { bodyKey } from './body-lua.js';

/** Where a job is. */
export interface Taken {
  job: Pick<TakenJob, 'id' | 'data' | 'body'>;
  /** With which this process has locked it. */
  token: string;
  endpoint: string;
  prefix: string;
}

/**
 * The delivery of a job that this process took; undefined when it has lost the job meanwhile, as a process does that was
 * stopped: another one has settled it, and its body is gone. Rejects with the error of Redis.
 */
export async function takenDelivery(
  client: RedisClient,
  { job: { id, data: json, body }, token, endpoint, prefix }: Taken,
): Promise<Delivery | Unreadable | undefined> {
  const data = dataOf(json);
  if (body !== 'large') return decodeJob(id, endpoint, data, body === 'missing' ? null : body);
  const large = await client.getBuffer(bodyKey(prefix, endpoint, data?.b ?? ''));
  if (!large && (await client.get(`${queueKey(prefix, endpoint, id)}:lock`)) !== token) return undefined;
  return decodeJob(id, endpoint, data, large);
}

function dataOf(json: string): JobData | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // no delivery for this version, which `decodeJob` says
  }
}
