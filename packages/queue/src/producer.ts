/**
 * Deliveries into durable jobs. Resolves only when Redis has acknowledged all of them; rejects when it has
 * not, and then some may be there: the same request sent again completes the set, because ids are computed.
 *
 * One shared connection carries the writes of all that is in flight, so a request costs one round trip
 * however many events and endpoints it has, and concurrent requests share it.
 */
import type { Delivery } from '@longshore/event';
import { Queue } from 'bullmq';
import { type Added, addedFrom, tellAdds } from './add-script.js';
import { type Collapse, collapseOptions } from './collapse.js';
import { isReady, type RedisClient } from './connection.js';
import { groupCommit } from './group-commit.js';
import { JOB_OPTIONS, type JobData, jobData, jobName } from './job.js';
import { endpointsKey, queueName } from './names.js';
import { EVENT_STREAM } from './queue-pool.js';
import { refusal, unavailable } from './refusal.js';

/** What became of a delivery that was asked for: durable now, unless it was known already or is collapsed. */
export interface Enqueued {
  delivery: Delivery;
  duplicate: boolean;
  /** Id of the delivery that told the same fact first: this one is not made. */
  collapsedInto?: string;
}

/** What is known of the deliveries beside themselves. */
export interface EnqueueOptions {
  /** About how large each delivery is. */
  bytes?: number;
  /** By delivery id, for those that are made only when nobody has told their fact. */
  collapse?: ReadonlyMap<string, Collapse>;
}

/** Makes deliveries durable; see the header. */
export interface Producer {
  /** @throws LongshoreError QUEUE_UNAVAILABLE, QUEUE_FULL; the message names the reason. */
  enqueue(deliveries: readonly Delivery[], options?: EnqueueOptions): Promise<Enqueued[]>;
  close(): Promise<void>;
}

/** Shares the client, which is the caller’s to close; of the producer profile where a sender waits for the answer. */
export function createProducer(client: RedisClient, prefix: string): Producer {
  tellAdds(client);
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

  const add = async (delivery: Delivery, collapse: Collapse | undefined): Promise<Added> => {
    const queue = await queueOf(delivery.endpoint);
    const deduplication = collapse && collapseOptions(collapse, delivery.receivedAt);
    const options = { jobId: delivery.id, ...(deduplication && { deduplication }) };
    const job = await queue.add(jobName(delivery), jobData(delivery), options);
    return addedFrom(job.id);
  };

  return {
    async enqueue(deliveries, { bytes = 0, collapse } = {}) {
      if (deliveries.length === 0) return [];
      if (!isReady(client)) throw unavailable('not connected');
      const first = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
      const added = new Map<string, Added>();
      try {
        for (const slice of slices([...first.values()], bytes)) {
          await groupCommit(client, () =>
            Promise.all(
              slice.map(async (delivery) => {
                added.set(delivery.id, await add(delivery, collapse?.get(delivery.id)));
              }),
            ),
          );
        }
      } catch (error) {
        throw refusal(error);
      }
      return deliveries.map((delivery) => {
        const { known, told } = added.get(delivery.id) ?? { known: true };
        if (told !== undefined) return { delivery, duplicate: false, collapsedInto: told };
        added.delete(delivery.id); // the same event twice in one request: the second is a duplicate
        return { delivery, duplicate: known };
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

/**
 * What goes out together. One round trip is enough for a request of the usual size; a very large one goes out
 * in parts, so that the time-out judges Redis and not what we have piled up before it.
 */
const SLICE = 500;
const SLICE_BYTES = 4 * 1024 * 1024;

function slices(deliveries: readonly Delivery[], bytes: number): Delivery[][] {
  const size = Math.max(1, Math.min(SLICE, Math.floor(SLICE_BYTES / Math.max(1, bytes))));
  return Array.from({ length: Math.ceil(deliveries.length / size) }, (_, n) =>
    deliveries.slice(n * size, (n + 1) * size),
  );
}

/** Before the first delivery, the endpoint is one that has a queue: nothing durable is ever out of sight. */
async function openQueue(client: RedisClient, prefix: string, endpoint: string): Promise<Queue<JobData>> {
  await client.sadd(endpointsKey(prefix), endpoint);
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
