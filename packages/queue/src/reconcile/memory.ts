/** What the worker that leads remembers of each registry: when it is compared again, and what its counters were. */
import { z } from 'zod';
import { asking } from '../asking.js';
import type { RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { readStored } from '../stored-json.js';

const dueSchema = z.object({
  ranAt: z.number(),
  againAt: z.number().optional(),
  failures: z.number(),
});

const countersSchema = z.object({
  events: z.number(),
  successes: z.number(),
  failures: z.number(),
  errors: z.number(),
  pending: z.number(),
});

const lookSchema = z.object({
  at: z.number(),
  received: z.number(),
  processes: z.record(z.string(), countersSchema),
});

const lossSchema = z.object({ events: z.number(), since: z.number(), until: z.number() });

const stateSchema = z.object({
  last: lookSchema.optional(),
  anchor: lookSchema.optional(),
  agreedSince: z.number().optional(),
  before: z.object({ at: z.number(), pending: z.number() }).optional(),
  lost: lossSchema.optional(),
  trouble: z.string().optional(),
});

/** When a registry is compared again. Times are epoch milliseconds. */
export interface ReconcileDue {
  /** Of the last comparison; before the first one, when comparisons were turned on. */
  ranAt: number;
  /** Sooner than the interval: a second look, a retry, or after a restart. */
  againAt?: number | undefined;
  /** In a row. */
  failures: number;
}

/** Of one process of a registry, for the endpoint that is ours; since its start. */
export interface RegistryCounters {
  /** Put into its queue. */
  events: number;
  /** Answered with 2xx. */
  successes: number;
  /** Attempts that were answered otherwise, and those that were not answered. */
  failures: number;
  errors: number;
  /** In its queue. */
  pending: number;
}

/** The counters of all processes of a registry, and what was received of it, at one time. */
export interface CounterLook {
  at: number;
  received: number;
  /** By debug url. */
  processes: Record<string, RegistryCounters>;
}

/** Events that a registry counts as delivered or has dropped, and that were not received. */
export interface CountedLoss {
  events: number;
  since: number;
  until: number;
}

/** What is known from the counters. */
export interface CounterState {
  last?: CounterLook | undefined;
  /** The last quiet moment; later looks are compared with it. */
  anchor?: CounterLook | undefined;
  /** Since when counters and receipts agree. */
  agreedSince?: number | undefined;
  /** The last look before the last restart that the counters show: what was in the queues. */
  before?: { at: number; pending: number } | undefined;
  lost?: CountedLoss | undefined;
  /** Why the counters say nothing. */
  trouble?: string | undefined;
}

/** By source. Rejects with LongshoreError QUEUE_UNAVAILABLE. */
export interface ReconcileMemory {
  due(source: string): Promise<ReconcileDue | undefined>;
  setDue(source: string, due: ReconcileDue): Promise<void>;
  counters(source: string): Promise<CounterState | undefined>;
  setCounters(source: string, state: CounterState): Promise<void>;
}

/** Shares the client, which is the caller's to close. */
export function createReconcileMemory(client: RedisClient, prefix: string): ReconcileMemory {
  const key = (part: string): string => storeKey(prefix, 'reconcile', part);
  const read = <T>(part: string, source: string, schema: z.ZodType<T>): Promise<T | undefined> =>
    asking(client, async () => readStored(schema, await client.hget(key(part), source)));
  const write = (part: string, source: string, value: object): Promise<void> =>
    asking(client, async () => void (await client.hset(key(part), source, JSON.stringify(value))));
  return {
    due: (source) => read('due', source, dueSchema),
    setDue: (source, due) => write('due', source, due),
    counters: (source) => read('counters', source, stateSchema),
    setCounters: (source, state) => write('counters', source, state),
  };
}
