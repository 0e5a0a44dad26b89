/**
 * Deliveries into durable jobs. Resolves only when Redis has acknowledged all of them; rejects when it has
 * not, and then some may be there: the same request sent again completes the set, because ids are computed.
 *
 * One shared connection carries the writes of all that is in flight, so a request costs one round trip
 * however many events and endpoints it has, and concurrent requests share it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Delivery } from '@longshore/event';
import { type Added, addedFrom } from './add-script.js';
import { byteBudget } from './byte-budget.js';
import { type Collapse, collapseOptions } from './collapse.js';
import { isReady, type RedisClient } from './connection.js';
import { groupCommit } from './group-commit.js';
import { jobData, jobName } from './job.js';
import { PART_BYTES, partsOf, sizesOf } from './parts.js';
import { createQueuePool } from './queue-pool.js';
import { notConnected, refusal } from './refusal.js';

/** What became of a delivery that was asked for: durable now, unless it was known already or is collapsed. */
export interface Enqueued {
  delivery: Delivery;
  duplicate: boolean;
  /** Id of the delivery that told the same fact first: this one is not made. */
  collapsedInto?: string;
}

/** What is known of the deliveries beside themselves. */
export interface EnqueueOptions {
  /** None of them is larger than about this: the size of the request that they came in. Measured when it is not given. */
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

/**
 * Shares the client, which is the caller’s to close; of the producer profile where a sender waits for the answer.
 * @param onError hears each error of Redis that refused an enqueue, before it is thrown in our words
 */
export function createProducer(
  client: RedisClient,
  prefix: string,
  onError?: (error: unknown) => void,
): Producer {
  const pool = createQueuePool(client, prefix);
  const budget = byteBudget(client);

  const add = async (delivery: Delivery, collapse: Collapse | undefined): Promise<Added> => {
    const queue = await pool.opened(delivery.endpoint);
    const deduplication = collapse && collapseOptions(collapse, delivery.receivedAt);
    const options = { jobId: delivery.id, ...(deduplication && { deduplication }) };
    const job = await queue.add(jobName(delivery), jobData(delivery), options);
    return addedFrom(job.id);
  };

  return {
    async enqueue(deliveries, { bytes = Number.POSITIVE_INFINITY, collapse } = {}) {
      if (deliveries.length === 0) return [];
      if (!isReady(client)) throw notConnected(client);
      const first = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
      const added = new Map<string, Added>();
      const addAll = (part: readonly Delivery[]) => async () => {
        await Promise.all(
          part.map(async (delivery) => {
            added.set(delivery.id, await add(delivery, collapse?.get(delivery.id)));
          }),
        );
      };
      try {
        const sizes = sizesOf([...first.values()], bytes);
        for (const part of partsOf([...first.values()], sizes)) {
          await budget.run(part.bytes, () => groupCommit(client, addAll(part.deliveries)));
          // Whatever else the process has to do comes before the next part of a large request.
          if (part.bytes >= PART_BYTES / 2) await nextTurn();
        }
      } catch (error) {
        onError?.(error);
        throw refusal(error, client);
      }
      return deliveries.map((delivery) => {
        const { known, told } = added.get(delivery.id) ?? { known: true };
        if (told !== undefined) return { delivery, duplicate: false, collapsedInto: told };
        added.delete(delivery.id); // the same event twice in one request: the second is a duplicate
        return { delivery, duplicate: known };
      });
    },
    close: pool.close,
  };
}
