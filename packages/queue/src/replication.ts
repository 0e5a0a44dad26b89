/**
 * Waits until replicas have what was written, so that nothing that was answered 2xx is lost with the primary.
 *
 * Requests that end together share one WAIT, and at most one is in flight for each primary: it holds back every other
 * command of the connection until the replicas have answered or its time is over. It costs a round trip and what the
 * slowest of the replicas takes.
 */
import { LongshoreError } from '@longshore/event';
import type { Redis } from 'ioredis';
import { masters, type RedisClient } from './connection.js';
import { storeKey } from './names.js';
import { nodeStores } from './node-store.js';
import { refusal } from './refusal.js';

/** How many replicas must have a write, and how long they may take in milliseconds. 0 replicas: nothing is waited for. */
export interface WaitSettings {
  replicas: number;
  timeout: number;
}

/** See the header. */
export interface Replication {
  /**
   * To be called before the first write.
   * @returns to be called after the last answer; resolves when enough replicas have all that was written between
   * @throws LongshoreError QUEUE_UNAVAILABLE (the returned function) when they do not: what was written stays written
   */
  begin(): () => Promise<void>;
}

/** Shares the client, on which everything that is waited for must be written. @param settings asked for at each request */
export function createReplication(
  client: RedisClient,
  prefix: string,
  settings: () => WaitSettings,
): Replication {
  const breaks = countBreaks(client);
  const turns = new WeakMap<Redis, Turns>();
  const turnsOf = (node: Redis): Turns => {
    const known = turns.get(node) ?? shared(() => confirmed(node, settings()));
    turns.set(node, known);
    return known;
  };
  const onNode = nodeStores(client);

  /**
   * WAIT counts from the last write of its own connection. A delivery that was known already may have been written on
   * another one, so there is a write of ours first.
   */
  const confirmed = (node: Redis, { replicas, timeout }: WaitSettings): Promise<void> =>
    onNode(node, async (store) => {
      const writing = node.set(storeKey(prefix, store, 'written'), '1');
      const [written, waited] = await Promise.allSettled([writing, node.wait(replicas, timeout)]);
      if (written.status === 'rejected') throw written.reason;
      if (waited.status === 'rejected') throw waited.reason;
      if (waited.value >= replicas) return;
      throw new LongshoreError(
        'QUEUE_UNAVAILABLE',
        `${waited.value} of ${replicas} replicas had this within ${timeout} ms (redis.wait); look at the replicas of Redis, then send the same request again`,
      );
    });

  return {
    begin() {
      const before = breaks();
      return async () => {
        if (settings().replicas === 0) return;
        const ready = masters(client).filter(({ status }) => status === 'ready');
        await Promise.all(ready.map((node) => turnsOf(node)())).catch((error: unknown) => {
          throw refusal(error, client);
        });
        // A new connection may lead to another primary, which was asked about its own writes alone.
        if (breaks() === before && ready.length > 0) return;
        throw new LongshoreError(
          'QUEUE_UNAVAILABLE',
          'the connection to Redis broke before replicas had this; send the same request again',
        );
      };
    },
  };
}

type Turns = () => Promise<void>;

/** Runs `work` for all who ask while the run before is under way; one that is under way began too early for them. */
function shared(work: () => Promise<void>): Turns {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = (): Promise<void> => {
    const own = work().finally(() => {
      if (running === own) running = undefined;
    });
    running = own;
    return own;
  };
  return () => {
    if (!running) return run();
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        return run();
      });
    return next;
  };
}

/** How many connections to a server of this client have broken since now. */
function countBreaks(client: RedisClient): () => number {
  let breaks = 0;
  const watch = (node: Redis): void => {
    let wasReady = node.status === 'ready';
    node.on('ready', () => {
      wasReady = true;
    });
    node.on('close', () => {
      if (wasReady) breaks += 1;
      wasReady = false;
    });
  };
  if (client.isCluster) client.on('+node', watch);
  for (const node of masters(client)) watch(node);
  return () => breaks;
}
