/** Names and times that the parts of preheating's memory share. */
import { createHash } from 'node:crypto';
import type { RedisClient } from '../connection.js';
import { queueName } from '../names.js';

/** Whose memory it is, and how long it lasts. */
export interface PreheatMemoryOptions {
  /** Of the consumer profile. */
  client: RedisClient;
  prefix: string;
  endpoint: string;
  /** Milliseconds that an image which could not be warmed whole is known: as long as its dead letter is kept. */
  keep(): number;
  /** Milliseconds that a walk is known after all went well. */
  window(): number;
  /** Milliseconds after which a killed worker's image is taken up by another one. */
  lease?: number;
}

/** As `lease` when it is not given: as long as BullMQ takes to hand a killed worker's delivery out again. */
export const LEASE_MS = 15_000;

/** Beside the queue's keys, in its slot, and none of BullMQ's names. */
export function keysOf({ prefix, endpoint }: { prefix: string; endpoint: string }) {
  return (...parts: string[]): string => [`${prefix}:${queueName(endpoint)}~preheat`, ...parts].join(':');
}

/** Names come from outside and may be long. */
export function hashed(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 27);
}
