/** How deliveries stand now, from their jobs: what the trail says is memory, this is the truth. */
import type { Delivery } from '@longshore/event';
import type { Job, Queue } from 'bullmq';
import type { RedisClient } from '../connection.js';
import { deliveryFrom, type JobData, lastAnswer } from '../job.js';
import { queueName } from '../names.js';
import type { QueuePool } from '../queue-pool.js';
import type { DeliveryState, TrailDelivery } from './trail.js';

/** A delivery whose job is there. */
export interface JobNow {
  now: TrailDelivery;
  /** Undefined when this version cannot read what is stored. */
  delivery?: Delivery;
}

/** Where a job may be. */
export interface Place {
  endpoint: string;
  deliveryId: string;
}

/** Those of the places that have a job; many are asked at once, which is one round trip or a few. */
export async function existing(
  client: RedisClient,
  prefix: string,
  places: readonly Place[],
): Promise<Place[]> {
  const key = ({ endpoint, deliveryId }: Place) => `${prefix}:${queueName(endpoint)}:${deliveryId}`;
  const there = await Promise.all(places.map((place) => client.exists(key(place))));
  return places.filter((_, n) => there[n] === 1);
}

/** @returns undefined when there is no such job */
export async function readJob(
  { client, prefix, pool }: { client: RedisClient; prefix: string; pool: QueuePool },
  { endpoint, deliveryId }: Place,
): Promise<JobNow | undefined> {
  const { job, state: name } = await settledLook(pool.ready(endpoint), deliveryId);
  if (!job) return undefined;
  const state = stateOf(name, job);
  const score =
    state === 'delayed' ? await client.zscore(`${prefix}:${queueName(endpoint)}:delayed`, deliveryId) : null;
  const { attemptsMade: attempts, finishedOn } = job;
  const last = lastAnswer(job);
  return {
    delivery: deliveryFrom(deliveryId, endpoint, job.data),
    now: {
      id: deliveryId,
      endpoint,
      state,
      attempts,
      ...(score && { until: iso(Number(score) / DELAYED_UNIT) }),
      ...(finishedOn && { settledAt: iso(finishedOn) }),
      ...(last && { last }),
    },
  };
}

/** The job and its state are two reads: when it moved in between, they are not of the same moment. */
async function settledLook(
  queue: Queue<JobData>,
  id: string,
  tries = 3,
): Promise<{ job?: Job<JobData>; state: string }> {
  const before = await queue.getJobState(id);
  const job = await queue.getJob(id);
  const state = await queue.getJobState(id);
  return state === before || tries === 1 ? { job, state } : settledLook(queue, id, tries - 1);
}

/** BullMQ's scores of delayed jobs: milliseconds and a counter of 12 bits. */
const DELAYED_UNIT = 4096;

export const iso = (epoch: number): string => new Date(Math.floor(epoch)).toISOString();

function stateOf(state: string, { returnvalue }: Job<JobData>): DeliveryState {
  switch (state) {
    case 'completed':
      return String(returnvalue).startsWith('ignored') ? 'ignored' : 'delivered';
    case 'failed':
      return 'dead';
    case 'active':
    case 'delayed':
      return state;
    case 'unknown': // it has moved or gone in between
      return 'unknown';
    default:
      return 'waiting';
  }
}
