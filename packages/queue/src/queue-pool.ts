/**
 * BullMQ's queue objects by endpoint: one for each endpoint of a client, whichever parts use it. Each object hangs
 * listeners on the client, so every part that had its own would pay for them again.
 *
 * The set-up of a queue that meets an outage stays broken in BullMQ, so such a queue is closed and made again.
 */
import { ignore } from '@longshore/event';
import type { Queue } from 'bullmq';
import { installSettleScripts } from './body/settle-scripts.js';
import { isReady, type RedisClient } from './connection.js';
import type { JobData } from './job.js';
import { endpointsKey, queueName } from './names.js';
import { notConnected } from './refusal.js';
import { openStoredQueue } from './stored-queue.js';

/** The default would cost up to 0.8 MB of Redis per busy queue; nothing here reads the stream. */
const EVENT_STREAM = { events: { maxLen: 100 } };

/**
 * A producer makes its endpoints known again and again: the leader forgets one that is empty and that it has no
 * configuration for, and ingest may have a newer one.
 */
const KNOWN_FOR_MS = 10 * 60_000;

/** Queue objects by endpoint, made when they are asked for. */
export interface QueuePool {
  /** Never waits; for a board, which has its own time-outs. */
  get(endpoint: string): Queue<JobData>;
  /** @throws LongshoreError QUEUE_UNAVAILABLE at once while Redis is unavailable */
  ready(endpoint: string): Queue<JobData>;
  /** To add to: resolves when the endpoint is known to have a queue. Rejects with Redis' error. */
  opened(endpoint: string): Promise<Queue<JobData>>;
  /** The queues are closed when no other part of the client uses them. */
  close(): Promise<void>;
}

interface Shared {
  users: number;
  queues: Map<string, Queue<JobData>>;
  opening: Map<string, { at: number; queue: Promise<Queue<JobData>> }>;
}

const pools = new WeakMap<RedisClient, Map<string, Shared>>();

/** Shares the client, which is the caller’s to close, and the queues of other pools of the same client and prefix. */
export function createQueuePool(client: RedisClient, prefix: string): QueuePool {
  const shared = shareOf(client, prefix);
  const { queues, opening } = shared;
  let closed = false;

  const get = (endpoint: string): Queue<JobData> => {
    const known = queues.get(endpoint);
    if (known) return known;
    const queue = newQueue(client, prefix, endpoint);
    queues.set(endpoint, queue);
    queue.waitUntilReady().catch(() => {
      if (queues.get(endpoint) === queue) queues.delete(endpoint);
      opening.delete(endpoint);
      void queue.close().catch(ignore('queue.close'));
    });
    return queue;
  };
  const open = async (endpoint: string): Promise<Queue<JobData>> => {
    // Before the first delivery, the endpoint is one that has a queue: nothing durable is ever out of sight.
    await client.sadd(endpointsKey(prefix), endpoint);
    const queue = get(endpoint);
    await queue.waitUntilReady();
    return queue;
  };

  return {
    get,
    ready(endpoint) {
      if (!isReady(client)) throw notConnected(client);
      return get(endpoint);
    },
    opened(endpoint) {
      const known = opening.get(endpoint);
      const now = Date.now();
      if (known && now - known.at < KNOWN_FOR_MS) return known.queue;
      const queue = open(endpoint);
      opening.set(endpoint, { at: now, queue });
      queue.catch(() => opening.delete(endpoint));
      return queue;
    },
    async close() {
      if (closed) return;
      closed = true;
      shared.users -= 1;
      if (shared.users > 0) return;
      pools.get(client)?.delete(prefix);
      await Promise.allSettled(Array.from(opening.values(), ({ queue }) => queue));
      await Promise.all(Array.from(queues.values(), (queue) => queue.close()));
    },
  };
}

/**
 * For a Redis that has lost its data: writes the settings of all open queues of the client again, and lets the next
 * delivery make its endpoint known again. Rejects with Redis' error.
 */
export async function rewriteQueues(client: RedisClient, prefix: string): Promise<void> {
  const shared = pools.get(client)?.get(prefix);
  if (!shared) return;
  shared.opening.clear();
  const { maxLen } = EVENT_STREAM.events;
  const metas = Array.from(shared.queues.values(), ({ keys }) => keys.meta ?? '');
  await Promise.all(metas.map((meta) => client.hset(meta, 'opts.maxLenEvents', maxLen)));
}

function shareOf(client: RedisClient, prefix: string): Shared {
  installSettleScripts(client);
  const ofClient = pools.get(client) ?? new Map<string, Shared>();
  pools.set(client, ofClient);
  const shared = ofClient.get(prefix) ?? { users: 0, queues: new Map(), opening: new Map() };
  ofClient.set(prefix, shared);
  shared.users += 1;
  return shared;
}

function newQueue(client: RedisClient, prefix: string, endpoint: string): Queue<JobData> {
  const queue = openStoredQueue({ client, prefix, endpoint }, queueName(endpoint), {
    connection: client,
    prefix,
    streams: EVENT_STREAM,
  });
  // The client's own listener has heard it; without one here an error event would end the process.
  queue.on('error', () => {});
  return queue;
}
