/**
 * One look at endpoints: counts, the oldest, and what the workers noted, in one round trip for all of them.
 * It walks no queue, so it costs the same for ten deliveries and for a million.
 */
import { z } from 'zod';
import { coalesce, isReady, type RedisClient } from '../connection.js';
import { type Hold, holdKey, holdOf } from '../hold/hold.js';
import type { QueueCounts } from '../inspector.js';
import { endpointKey, queueKey } from '../names.js';
import { notConnected, refusal } from '../refusal.js';
import { runScript } from '../script.js';
import { aReason, readStored } from '../stored-json.js';
import type { LastError } from './pulse.js';
import { PULSE_READ } from './pulse-script.js';

/** An endpoint as it is now. Times are epoch milliseconds of the machine that saw it. */
export interface EndpointPulse extends QueueCounts {
  endpoint: string;
  /** Stopped by an operator; `paused` in the configuration is not seen here. */
  pausedByOperator: boolean;
  /**
   * When the oldest that is not delivered yet (waiting, delayed or in flight) was taken by ingest. Exact while
   * there are at most 50 waiting, 50 delayed and 50 in flight; else it may be younger than the truth.
   */
  oldestAt?: number;
  /** When the newest of the dead-letter set got there. */
  newestDeadAt?: number;
  lastDeliveredAt?: number;
  lastFailedAt?: number;
  /** The first failure after the last success; undefined when the last attempt was delivered. */
  failingSince?: number;
  /** Failed attempts since then. */
  failures: number;
  lastError?: LastError;
  /** Present while it is held or recovers from a hold. */
  hold?: Hold;
  /** Attempts of the last hour, by minute (its start), oldest first; minutes without any are left out. */
  minutes: { at: number; delivered: number; failed: number }[];
}

/** Looks; see the header for what that costs. */
export interface PulseReader {
  /**
   * In the order of `endpoints`; one that was never seen has zeros.
   * @throws LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable
   */
  read(endpoints: readonly string[]): Promise<EndpointPulse[]>;
}

/** Deliveries looked at on each end of a list, for the oldest. */
const ENDS = 25;

const MINUTE_MS = 60_000;

/** @param client of the producer profile: fails fast. It is the caller’s to close */
export function createPulseReader(client: RedisClient, prefix: string): PulseReader {
  const readOne = async (endpoint: string): Promise<EndpointPulse> => {
    const queue = (part: string) => queueKey(prefix, endpoint, part);
    const own = (part: string) => endpointKey(prefix, endpoint, part);
    const states = ['wait', 'active', 'delayed', 'failed', 'meta'].map(queue);
    const keys = [...states, own('pulse'), own('minutes'), holdKey(prefix, endpoint), queue('prioritized')];
    return pulseOf(endpoint, lookSchema.parse(await runScript(client, PULSE_READ, keys, [queue(''), ENDS])));
  };
  return {
    async read(endpoints) {
      if (!isReady(client)) throw notConnected(client);
      coalesce(client);
      try {
        return await Promise.all(endpoints.map(readOne));
      } catch (error) {
        throw refusal(error, client);
      }
    },
  };
}

/** What `PULSE_READ` answers. */
const lookSchema = z.tuple([
  z.number(), // waiting
  z.number(), // active
  z.number(), // delayed
  z.number(), // dead
  z.number(), // 1 when paused
  z.number(), // oldest
  z.number(), // newest dead
  z.array(z.string()), // pulse: field, value, …
  z.array(z.string()), // minutes: field, value, …
  z.array(z.string()), // hold: field, value, …
]);

const errorSchema = z.object({
  at: z.number(),
  attempt: z.number(),
  reason: aReason,
  status: z.number().optional(),
  detail: z.string().optional(),
});

function pulseOf(endpoint: string, look: z.infer<typeof lookSchema>): EndpointPulse {
  const [waiting, active, delayed, dead, paused, oldest, newestDead, pulse, minutes, hold] = look;
  const fields = new Map(pairs(pulse));
  const time = (field: string): number | undefined => Number(fields.get(field)) || undefined;
  return {
    endpoint,
    waiting,
    active,
    delayed,
    dead,
    pausedByOperator: paused === 1,
    oldestAt: oldest || undefined,
    newestDeadAt: newestDead || undefined,
    lastDeliveredAt: time('lastDeliveredAt'),
    lastFailedAt: time('lastFailedAt'),
    failingSince: time('failingSince'),
    failures: time('failures') ?? 0,
    hold: holdOf(new Map(pairs(hold))),
    lastError: readStored(errorSchema, fields.get('lastError')),
    minutes: minutesOf(minutes),
  };
}

function minutesOf(flat: string[]): EndpointPulse['minutes'] {
  const found = new Map<number, { at: number; delivered: number; failed: number }>();
  for (const [field, count] of pairs(flat)) {
    const at = Number(field.slice(1)) * MINUTE_MS;
    const one = found.get(at) ?? { at, delivered: 0, failed: 0 };
    found.set(at, { ...one, [field.startsWith('d') ? 'delivered' : 'failed']: Number(count) });
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

const pairs = (flat: string[]): [string, string][] =>
  flat.flatMap((field, at): [string, string][] => (at % 2 === 0 ? [[field, flat[at + 1] ?? '']] : []));
