/**
 * How each endpoint's attempts go, noted by the workers: the last success and failure, since when it fails,
 * its last error, and attempts by minute. The overview, the alerts and two gauges are made of it.
 *
 * Gathered in the process and written about once a second. Noting never waits and never fails; what Redis
 * refuses is tried again with the next write, except the counts by minute, which would be counted twice.
 * A process that is killed takes its last second along.
 */
import { type Answer, ignore } from '@longshore/event';
import { coalesce, isReady, type RedisClient } from '../connection.js';
import { holdKey } from '../hold/hold.js';
import { activeKey, endpointKey, queueKey } from '../names.js';
import { runScript } from '../script.js';
import { dayKey, HOUR_RING, hourKey } from './activity.js';
import { latencyClass } from './latency.js';
import { PULSE_NOTE } from './pulse-script.js';

/** The last failed attempt of an endpoint, without the receiver's words. */
export interface LastError extends Pick<Answer, 'status' | 'reason' | 'detail'> {
  /** Epoch milliseconds. */
  at: number;
  /** Of which attempt of its delivery, from 1. */
  attempt: number;
}

/** One attempt: a failure says why. */
export type NotedAttempt = ({ delivered: true } | ({ delivered: false } & Omit<LastError, 'at'>)) & {
  /** How long it took, ms; absent when it did not get as far as a request. */
  ms?: number;
};

/** Notes attempts and writes them together, once a second. */
export interface PulseWriter {
  /** Never throws, never waits. */
  note(endpoint: string, attempt: NotedAttempt): void;
  /** Writes what was noted so far. Never rejects. */
  flush(): Promise<void>;
  /** Writes the rest, if Redis is there. */
  close(): Promise<void>;
}

/** Attempts by minute are kept so long, in minutes. */
const KEPT_MINUTES = 60;

const FLUSH_INTERVAL_MS = 1_000;
const MINUTE_MS = 60_000;

/** What this process has seen of one endpoint since the last write. */
interface Seen {
  /** Of the last success; 0 without one. Times are epoch milliseconds of this machine's clock. */
  deliveredAt: number;
  /** Of the first failure after that success; 0 when there is none. */
  failingSince: number;
  /** Failures after that success. */
  failures: number;
  lastError?: LastError;
  /** Delivered and failed attempts by minute since 1970. */
  minutes: Map<number, Minute>;
}

interface Minute {
  delivered: number;
  failed: number;
  /** Attempts by class of latency. */
  latency: Map<number, number>;
}

/** @param client of the producer profile: a write that hangs must fail instead of piling up */
export function createPulse(client: RedisClient, prefix: string, now: () => number = Date.now): PulseWriter {
  let seen = new Map<string, Seen>();

  const write = async (endpoint: string, batch: Seen): Promise<void> => {
    try {
      const keys = [
        ...['pulse', 'minutes'].map((part) => endpointKey(prefix, endpoint, part)),
        ...[dayKey, hourKey, holdKey].map((keyOf) => keyOf(prefix, endpoint)),
        ...['wait', 'active', 'delayed', 'prioritized'].map((part) => queueKey(prefix, endpoint, part)),
      ];
      await runScript(client, PULSE_NOTE, keys, asArguments(batch, now()));
    } catch (error) {
      ignore('queue.pulse')(error); // written again at the next flush
      const later = seen.get(endpoint);
      const earlier = { ...batch, minutes: new Map() };
      seen.set(endpoint, later ? merge(earlier, later) : earlier);
    }
  };

  const flush = async (): Promise<void> => {
    if (seen.size === 0 || !isReady(client)) return;
    const batches = seen;
    seen = new Map();
    coalesce(client);
    // For retention, which looks at these endpoints next. Without the mark it looks at them later.
    const mark = client.sadd(activeKey(prefix), ...batches.keys()).catch(ignore('queue.pulse'));
    await Promise.all([mark, ...Array.from(batches, ([endpoint, batch]) => write(endpoint, batch))]);
  };
  let flushing: Promise<void> | undefined;
  const timer = setInterval(() => {
    flushing ??= flush().finally(() => {
      flushing = undefined;
    });
  }, FLUSH_INTERVAL_MS).unref();

  return {
    note(endpoint, attempt) {
      const known = seen.get(endpoint);
      const one = known ?? nothing();
      if (!known) seen.set(endpoint, one);
      add(one, attempt, now());
    },
    flush,
    async close() {
      clearInterval(timer);
      await flushing;
      await flush();
    },
  };
}

const nothing = (): Seen => ({ deliveredAt: 0, failingSince: 0, failures: 0, minutes: new Map() });

function add(seen: Seen, attempt: NotedAttempt, at: number): void {
  const minute = Math.floor(at / MINUTE_MS);
  const counts = seen.minutes.get(minute) ?? { delivered: 0, failed: 0, latency: new Map() };
  // While Redis is unavailable nothing is written; what is too old by then goes here.
  for (const old of seen.minutes.keys()) if (old <= minute - KEPT_MINUTES) seen.minutes.delete(old);
  seen.minutes.set(minute, counts);
  counts[attempt.delivered ? 'delivered' : 'failed'] += 1;
  if (attempt.ms !== undefined) {
    const found = latencyClass(attempt.ms);
    counts.latency.set(found, (counts.latency.get(found) ?? 0) + 1);
  }
  if (attempt.delivered) {
    Object.assign(seen, { deliveredAt: at, failingSince: 0, failures: 0 });
    return;
  }
  const { delivered: _, ms: _ms, ...error } = attempt;
  seen.failingSince ||= at;
  seen.failures += 1;
  seen.lastError = { at, ...error };
}

function merge(earlier: Seen, later: Seen): Seen {
  const lastError = later.lastError ?? earlier.lastError;
  if (later.deliveredAt > 0) return { ...later, lastError };
  return {
    deliveredAt: earlier.deliveredAt,
    failingSince: earlier.failingSince || later.failingSince,
    failures: earlier.failures + later.failures,
    lastError,
    minutes: later.minutes,
  };
}

function asArguments(seen: Seen, now: number): (string | number)[] {
  const { deliveredAt, failingSince, failures, lastError, minutes } = seen;
  const oldest = Math.floor(now / MINUTE_MS) - KEPT_MINUTES + 1;
  const error = lastError ? JSON.stringify(lastError) : '';
  const counts = Array.from(minutes, ([minute, { delivered, failed, latency }]) => [
    ...[minute, delivered, failed],
    Array.from(latency, ([found, count]) => `${found}:${count}`).join(' '),
  ]);
  const last = lastError?.at ?? 0;
  return [deliveredAt, failingSince, failures, last, error, oldest, HOUR_RING.bytes, ...counts.flat()];
}
