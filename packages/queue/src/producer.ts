/**
 * Deliveries into durable jobs. Resolves only when Redis has acknowledged all of them. Rejects when it has not, with
 * those that it has acknowledged: the same request sent again completes the set, because ids are computed.
 *
 * One shared connection carries the writes of all that is in flight, so a request costs one round trip
 * however many events and endpoints it has, and concurrent requests share it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Delivery, LongshoreError } from '@longshore/event';
import type { Added, Superseded } from './add-script.js';
import { createAdder } from './adder.js';
import { OutgoingBodies } from './body/outgoing.js';
import { byteBudget } from './byte-budget.js';
import { type Collapse, collapseArguments } from './collapse.js';
import { isCluster, isReady, type RedisClient } from './connection.js';
import { groupCommit } from './group-commit.js';
import { jobJson, jobName } from './job.js';
import { latestArguments } from './latest/latest.js';
import { laneKey } from './order/lane.js';
import { PART_BYTES, partsOf, sizesOf } from './parts.js';
import { createQueuePool } from './queue-pool.js';
import { notConnected, refusal } from './refusal.js';
import { createUnanswered } from './unanswered.js';
import { within } from './within.js';

/** A delivery to be made durable. */
export interface PlannedDelivery extends Delivery {
  /** Present: it is made only when no other delivery of the window has the same fact. */
  collapse?: Collapse;
  /** The endpoint's `order`, if it has one: deliveries of one key are added one after the other. */
  order?: 'repository' | 'endpoint';
  /** The endpoint has `latest: tag`. */
  latest?: true;
  /** `traceparent` of the span that enqueues it: what is done with it later refers to that. */
  trace?: string;
}

/** What became of a planned delivery: durable now, unless it was known already or is collapsed. */
export interface EnqueuedDelivery {
  /** The very object that was planned. */
  delivery: PlannedDelivery;
  /** It was durable before. */
  duplicate: boolean;
  /** Id of the delivery that has the same fact: this one is not made. */
  collapsedInto?: string;
  /** Older deliveries that it superseded. */
  superseded?: readonly Superseded[];
  /** Id of the newer delivery that superseded it at once. */
  supersededBy?: string;
}

/** Redis refused some of the deliveries. The code and the message say why; what it has stored stays stored. */
export class EnqueueRefused extends LongshoreError {
  /** @param enqueued those that Redis has acknowledged, in their order */
  constructor(
    why: LongshoreError,
    readonly enqueued: readonly EnqueuedDelivery[],
  ) {
    super(why.code, why.message, { cause: why.cause, outside: why.outside });
  }
}

/** What is known of the deliveries beside themselves. */
export interface EnqueueOptions {
  /** None of them is larger than about this: the size of the request that they came in. Measured when it is not given. */
  bytes?: number;
}

/** Makes deliveries durable; see the header. */
export interface Producer {
  /**
   * One result for each delivery, in their order.
   * @throws EnqueueRefused QUEUE_UNAVAILABLE, QUEUE_FULL; the message names the reason
   * @throws LongshoreError QUEUE_UNAVAILABLE when nothing was sent
   */
  enqueue(deliveries: readonly PlannedDelivery[], options?: EnqueueOptions): Promise<EnqueuedDelivery[]>;
  /** How many times Redis stores the body of an event for so many endpoints: once; in a Cluster once for each. */
  bodies(endpoints: number): number;
  close(): Promise<void>;
}

/** After one delivery of a part was refused, the answers to the others are awaited for so long. */
const OTHERS_TIMEOUT_MS = 500;

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
  const unanswered = createUnanswered();
  const addJob = createAdder(client, prefix);

  const add = async (delivery: PlannedDelivery, bodies: OutgoingBodies, whole = false): Promise<Added> => {
    const { endpoint, id, receivedAt, view, collapse, latest, order, trace } = delivery;
    const [body] = await Promise.all([bodies.of(delivery, whole), pool.opened(endpoint)]);
    const asked = Date.now();
    const job = {
      endpoint,
      id,
      name: jobName(delivery),
      data: jobJson(body.ref),
      body,
      lane: laneKey(view.repository),
      collapse: collapse && collapseArguments(collapse, receivedAt),
      latest: latest && latestArguments(delivery, order !== undefined),
      trace,
    };
    const added = await addJob(job).catch((error: unknown) => {
      unanswered.note(id, asked);
      throw error;
    });
    if (added.isBodyMissing && !whole) return add(delivery, bodies, true);
    const { storedAt, ...result } = added;
    const isOurs = unanswered.isOurs(id, storedAt);
    return storedAt === undefined || isOurs ? result : { storedAt };
  };

  /** Rejects with the first refusal, once the others have their answers. */
  const addAll = async (
    part: readonly PlannedDelivery[],
    bodies: OutgoingBodies,
    added: Map<string, Added>,
  ): Promise<void> => {
    const adding = chainsOf(part).map(async (chain) => {
      for (const delivery of chain) added.set(delivery.id, await add(delivery, bodies));
    });
    await Promise.all(adding).catch(async (error: unknown) => {
      await within(Promise.allSettled(adding), OTHERS_TIMEOUT_MS);
      throw error;
    });
  };

  return {
    bodies: (endpoints) => (isCluster(client) ? endpoints : Math.min(endpoints, 1)),
    async enqueue(deliveries, { bytes = Number.POSITIVE_INFINITY } = {}) {
      if (deliveries.length === 0) return [];
      if (!isReady(client)) throw notConnected(client);
      const first = [...new Map(deliveries.map((delivery) => [delivery.id, delivery])).values()];
      const added = new Map<string, Added>();
      const bodies = new OutgoingBodies(client, prefix);
      try {
        for (const part of partsOf(first, sizesOf(first, bytes))) {
          await budget.run(part.bytes, () =>
            groupCommit(client, () => addAll(part.deliveries, bodies, added)),
          );
          // Whatever else the process has to do comes before the next part of a large request.
          if (part.bytes >= PART_BYTES / 2) await nextTurn();
        }
      } catch (error) {
        onError?.(error);
        throw new EnqueueRefused(refusal(error, client), resultsOf(deliveries, added));
      }
      return resultsOf(deliveries, added);
    },
    close: pool.close,
  };
}

/** Of the deliveries that have an answer. The same event twice in one request: the second is a duplicate. */
function resultsOf(
  deliveries: readonly PlannedDelivery[],
  added: ReadonlyMap<string, Added>,
): EnqueuedDelivery[] {
  const seen = new Set<string>();
  return deliveries.flatMap((delivery): EnqueuedDelivery[] => {
    const one = added.get(delivery.id);
    if (one === undefined) return [];
    const { storedAt, collapsedInto, superseded, supersededBy } = one;
    if (collapsedInto !== undefined) return [{ delivery, duplicate: false, collapsedInto }];
    const duplicate = storedAt !== undefined || seen.has(delivery.id);
    seen.add(delivery.id);
    return [{ delivery, duplicate, ...(!duplicate && { superseded, supersededBy }) }];
  });
}

/**
 * What is added one after the other: the deliveries of one key of an endpoint with `order`, so that Redis never has a
 * later one without those before it. Each of the others is alone.
 */
function chainsOf(deliveries: readonly PlannedDelivery[]): PlannedDelivery[][] {
  const chains: PlannedDelivery[][] = [];
  const ordered = new Map<string, PlannedDelivery[]>();
  for (const delivery of deliveries) {
    const { endpoint, order, view } = delivery;
    const key = JSON.stringify([endpoint, order === 'repository' && view.repository]);
    const chain = order && ordered.get(key);
    if (chain) chain.push(delivery);
    else {
      const begun = [delivery];
      chains.push(begun);
      if (order) ordered.set(key, begun);
    }
  }
  return chains;
}
