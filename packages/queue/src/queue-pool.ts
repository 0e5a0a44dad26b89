/**
 * Open queue objects by endpoint, on one shared connection: to look at and to tidy up, not to add to.
 * BullMQ's set-up of a queue that meets an outage stays broken for ever, so such a queue is made anew.
 */
import { Queue } from 'bullmq';
import { isReady, type RedisClient } from './connection.js';
import type { JobData } from './job.js';
import { queueName } from './names.js';
import { unavailable } from './refusal.js';

/** The default would cost up to 0.8 MB of Redis per busy queue; nothing here reads the stream. */
export const EVENT_STREAM = { events: { maxLen: 100 } };

/** Queue objects by endpoint, made when they are asked for. */
export interface QueuePool {
  /** Never waits; for a board, which has its own time-outs. */
  get(endpoint: string): Queue<JobData>;
  /** @throws LongshoreError QUEUE_UNAVAILABLE at once while Redis is away */
  ready(endpoint: string): Queue<JobData>;
  close(): Promise<void>;
}

/** Shares the client, which is the caller’s to close. */
export function createQueuePool(client: RedisClient, prefix: string): QueuePool {
  const queues = new Map<string, Queue<JobData>>();
  const get = (endpoint: string): Queue<JobData> => {
    const known = queues.get(endpoint);
    if (known) return known;
    const options = { connection: client, prefix, streams: EVENT_STREAM };
    const queue = new Queue<JobData>(queueName(endpoint), options);
    // The client's own listener hears it; without one here an error event would end the process.
    queue.on('error', () => {});
    queue.waitUntilReady().catch(() => queues.delete(endpoint));
    queues.set(endpoint, queue);
    return queue;
  };
  return {
    get,
    ready(endpoint) {
      if (!isReady(client)) throw unavailable('not connected');
      return get(endpoint);
    },
    async close() {
      await Promise.all(Array.from(queues.values(), (queue) => queue.close()));
    },
  };
}
