/**
 * A store of each primary: keys that are on it and on no other. On one Redis it is `health`. In a Cluster a key's hash
 * tag decides where it is, so tags are tried until the primary takes one, and again when its slot has moved away.
 */
import { LongshoreError } from '@longshore/event';
import type { Redis } from 'ioredis';
import type { RedisClient } from './connection.js';

const STORE = 'health';
/** A Cluster has 1,000 primaries at most, so one of so many tags is on each of them. */
const MOST_TAGS = 10_000;

/**
 * Runs `ask` with the name of a store for `storeKey`, until it is one of this primary.
 * @throws what `ask` throws; LongshoreError QUEUE_UNAVAILABLE when no store is there, since slots are on the move
 */
export type OnNode = <T>(node: Redis, ask: (store: string) => Promise<T>) => Promise<T>;

/** One for each client. */
export function nodeStores(client: RedisClient): OnNode {
  const tags = new WeakMap<Redis, number>();
  return async (node, ask) => {
    if (!client.isCluster) return ask(STORE);
    const first = tags.get(node) ?? 0;
    for (let tag = first; tag < first + MOST_TAGS; tag++) {
      try {
        const answer = await ask(`${STORE}${tag % MOST_TAGS}`);
        tags.set(node, tag % MOST_TAGS);
        return answer;
      } catch (error) {
        if (!(error instanceof Error && /^(MOVED|ASK)\b/.test(error.message))) throw error;
      }
    }
    throw new LongshoreError(
      'QUEUE_UNAVAILABLE',
      'the slots of the Redis Cluster move; send the same request again',
    );
  };
}
