/** Reads the queues without taking from them: counts, the endpoints that have one, and the queue objects for bull-board. */
import { asking } from './asking.js';
import type { RedisClient } from './connection.js';
import { endpointsKey } from './names.js';
import { createQueuePool } from './queue-pool.js';

/** Deliveries of one endpoint by state. `waiting + active + delayed` is what is still to be delivered. */
export interface QueueCounts {
  waiting: number;
  active: number;
  delayed: number;
  /** The dead-letter set. */
  dead: number;
}

/** A queue object for bull-board's BullMQ adapter. Opaque: its type stays within this package. */
export interface BoardQueue {
  readonly name: string;
}

/** Reads; takes and changes nothing. */
export interface Inspector {
  /** @throws LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable */
  counts(endpoint: string): Promise<QueueCounts>;
  /** Remembers that these endpoints have a queue here, also after they leave the configuration. */
  remember(endpoints: readonly string[]): Promise<void>;
  /**
   * Every endpoint that ever had a queue in this Redis.
   * @throws LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable
   */
  known(): Promise<string[]>;
  /** The endpoint's queue, for bull-board. */
  boardQueue(endpoint: string): BoardQueue;
  close(): Promise<void>;
}

/** Shares the client, which is to fail fast; it is the caller’s to close. */
export function createInspector(client: RedisClient, prefix: string): Inspector {
  const pool = createQueuePool(client, prefix);
  return {
    async counts(endpoint) {
      const counts = await pool
        .ready(endpoint)
        .getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed');
      const { wait = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
      return { waiting: wait + prioritized, active, delayed, dead: failed };
    },
    async remember(endpoints) {
      if (endpoints.length > 0) await client.sadd(endpointsKey(prefix), ...endpoints);
    },
    known: () => asking(client, () => client.smembers(endpointsKey(prefix))),
    boardQueue: pool.get,
    close: pool.close,
  };
}
