/**
 * Where the trail is: two streams and their totals, in one hash slot. In a Cluster there are several of them, so
 * that the trail spreads over the masters; a chunk goes to one after the other.
 */
import { Cluster } from 'ioredis';
import type { RedisClient } from '../connection.js';
import { storeKey } from '../names.js';

/** Keys of one shard. */
export interface Shard {
  /** Stream: per chunk its events, its bytes, and hashes of what it can be found by. */
  terms: string;
  /** Stream: the chunks themselves, under the same ids. */
  chunks: string;
  /** Hash: events and bytes of all chunks. */
  totals: string;
}

const IN_CLUSTER = 4;

/** Name of the shard at this place, for who reads the trails of several relays. */
export const partName = (prefix: string, place: number): string => `${prefix}:${shardName(place)}`;

const shardName = (place: number): string => `trail-${place}`;

/** All of them. */
export function shardsOf(client: RedisClient, prefix: string): Shard[] {
  return Array.from({ length: client instanceof Cluster ? IN_CLUSTER : 1 }, (_, n) => {
    const key = (part: string) => storeKey(prefix, shardName(n), part);
    return { terms: key('terms'), chunks: key('chunks'), totals: key('totals') };
  });
}
