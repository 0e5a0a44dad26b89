/**
 * Deliveries into durable jobs. Resolves only when Redis has acknowledged all of them; rejects when it has
 * not, and then some may be there: the same request sent again completes the set, because ids are computed.
 *
 * One shared connection carries the writes of all that is in flight, so a request costs one round trip
 * however many events and endpoints it has, and concurrent requests share it.
 */
import type { Delivery } from '@longshore/event';
import { Queue } from 'bullmq';
import { tellKnownJobs, wasKnown } from './add-script.js';
import { coalesce, isReady, type RedisClient } from './connection.js';
import { JOB_OPTIONS, type JobData, jobData, jobName } from './job.js';
import { queueName } from './names.js';
import { EVENT_STREAM } from './queue-pool.js';
import { refusal, unavailable } from './refusal.js';

/** A delivery that was asked for, and whether it was known already. */
export interface Enqueued {
  delivery: Delivery;
  duplicate: boolean;
}

export interface Producer {
  /** @throws LongshoreError QUEUE_UNAVAILABLE, QUEUE_FULL; the message names the reason. */
  enqueue(deliveries: readonly Delivery[]): Promise<Enqueued[]>;
  close(): Promise<void>;
}

export function createProducer(client: RedisClient, prefix: string): Producer {
  tellKnownJobs(client);
  const queues = new Map<string, Promise<Queue<JobData>>>();

  /** BullMQ's set-up of a queue that meets an outage stays broken for ever: such a queue is made anew. */
  const queueOf = (endpoint: string): Promise<Queue<JobData>> => {
    const known = queues.get(endpoint);
    if (known) return known;
    const opening = openQueue(client, prefix, endpoint);
    queues.set(endpoint, opening);
    opening.catch(() => queues.delete(endpoint));
    return opening;
  };

  /** What is on its way to Redis, by delivery id: `EXISTS` cannot see it yet. */
  const underway = new Map<string, Promise<boolean>>();

  /** A sender that ran out of patience sends again while its first request still waits for Redis. */
  const addOnce = async (delivery: Delivery): Promise<boolean> => {
    const earlier = underway.get(delivery.id);
    if (earlier) return earlier.then(() => true);
    const adding = add(delivery);
    underway.set(delivery.id, adding);
    try {
      return await adding;
    } finally {
      underway.delete(delivery.id);
    }
  };

  /** @returns whether it was known already */
  const add = async (delivery: Delivery): Promise<boolean> => {
    const queue = await queueOf(delivery.endpoint);
    const job = await queue.add(jobName(delivery), jobData(delivery), { jobId: delivery.id });
    return wasKnown(job.id);
  };

  return {
    async enqueue(deliveries) {
      if (deliveries.length === 0) return [];
      if (!isReady(client)) throw unavailable('not connected');
      const first = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
      const known = new Map<string, boolean>();
      coalesce(client);
      try {
        await Promise.all(
          Array.from(first, async ([id, delivery]) => known.set(id, await addOnce(delivery))),
        );
      } catch (error) {
        throw refusal(error);
      }
      return deliveries.map((delivery) => {
        const duplicate = known.get(delivery.id) ?? true;
        known.delete(delivery.id); // the same event twice in one request: the second is a duplicate
        return { delivery, duplicate };
      });
    },
    async close() {
      const open = await Promise.allSettled(queues.values());
      await Promise.all(
        open.map((queue) => (queue.status === 'fulfilled' ? queue.value.close() : undefined)),
      );
    },
  };
}

async function openQueue(client: RedisClient, prefix: string, endpoint: string): Promise<Queue<JobData>> {
  const queue = new Queue<JobData>(queueName(endpoint), {
    connection: client,
    prefix,
    defaultJobOptions: JOB_OPTIONS,
    streams: EVENT_STREAM,
  });
  // The client's own listener has heard it; without one here an error event would end the process.
  queue.on('error', () => {});
  await queue.waitUntilReady();
  return queue;
}
