/**
 * Notes how far everything is delivered, once every few seconds: if Redis loses all of its data, this is where the
 * window of what may be missing begins. The process that leads notes it for all.
 */
import { ignore } from '@longshore/event';
import { isReady, type RedisClient } from '../connection.js';
import { endpointsHolding } from '../holding.js';
import type { Leader } from '../leader.js';
import { storeKey } from '../names.js';
import type { PulseReader } from '../pulse/pulse-reader.js';

/** Costs one look at each endpoint with a backlog, and one command for fifty without. */
const NOTE_INTERVAL_MS = 15_000;

/** What is noted, and by whom. */
export interface OldestParts {
  client: RedisClient;
  prefix: string;
  leader: Pick<Leader, 'leads'>;
  pulses: PulseReader;
  /** Endpoints that have a queue. */
  known(): Promise<string[]>;
}

/** Epoch milliseconds before which ingest took nothing that still waits. */
export const oldestKey = (prefix: string): string => storeKey(prefix, 'health', 'oldest');

/** Runs until it is closed. */
export function startOldestNotes({ client, prefix, leader, pulses, known }: OldestParts): { close(): void } {
  const note = async (): Promise<void> => {
    if (!leader.leads() || !isReady(client)) return;
    const now = Date.now();
    const seen = await pulses.read(await endpointsHolding(client, prefix, await known()));
    const oldest = seen.reduce((least, { oldestAt = now }) => Math.min(least, oldestAt), now);
    await client.set(oldestKey(prefix), String(oldest));
  };
  const timer = setInterval(() => {
    note().catch(ignore('queue.oldest')); // the next turn notes it
  }, NOTE_INTERVAL_MS);
  return { close: () => clearInterval(timer) };
}
