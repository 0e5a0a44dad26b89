/**
 * When a failed delivery is tried again, and when it is given up. Pure, so that the timetable can be read and
 * tested as numbers; the clock and the dice are passed in.
 */
import type { Outcome } from '@longshore/event';

/** An endpoint's settings of the same names. Delays in milliseconds. */
export interface RetryPolicy {
  /** Failed attempts after which the delivery is dead. */
  threshold: number;
  /** First delay; doubles with each attempt. */
  backoff: number;
  /** Above this no delay goes, `Retry-After` included. */
  maxbackoff: number;
  /** Replaces the curve when not empty; the last entry repeats. */
  schedule: readonly number[];
}

/** Share by which a delay is spread, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * Milliseconds until the next attempt.
 * @param failed failed attempts so far, this one included: 1 after the first
 * @param notBefore epoch milliseconds of the receiver's `Retry-After`: lengthens, never shortens
 * @param random 0 ≤ n < 1
 */
export function retryDelay(
  policy: RetryPolicy,
  failed: number,
  notBefore = 0,
  now = Date.now(),
  random = Math.random(),
): number {
  const { backoff, maxbackoff, schedule } = policy;
  // 2 ** 1024 is Infinity: Math.min makes it maxbackoff.
  const base = schedule.length
    ? (schedule[Math.min(failed, schedule.length) - 1] ?? backoff)
    : backoff * 2 ** (failed - 1);
  const spread = Math.min(base, maxbackoff) * (1 - JITTER + 2 * JITTER * random);
  const delay = Math.max(spread, notBefore - now);
  // At least 1 ms: BullMQ takes a delay of 0 for "at once, at the front of the queue".
  return Math.max(1, Math.round(Math.min(delay, maxbackoff)));
}

/** Milliseconds that `retryDelay` never exceeds after so many failed attempts, `Retry-After` apart. */
export function longestDelay(policy: RetryPolicy, failed: number): number {
  return retryDelay(policy, failed, 0, 0, 1);
}

/** What the queue does with a delivery after an attempt. */
export type Verdict =
  | { settle: 'delivered'; outcome: Outcome }
  | { settle: 'dead'; outcome: Outcome }
  | { settle: 'retry'; outcome: Outcome; delay: number; retryAt: number }
  | { settle: 'ignored'; rule: string }
  /** Not an attempt: looked at again then, holding no slot meanwhile. `why` is for people. */
  | { settle: 'deferred'; until: number; why: string }
  /** Not an attempt: given back untouched, for another worker or the next start. */
  | { settle: 'released' };

/** A verdict that follows an attempt. */
export type AttemptVerdict = Extract<Verdict, { outcome: Outcome }>;

/** The verdict over one outcome. The threshold of now counts, not the one of when it was queued. */
export function judge(
  policy: RetryPolicy,
  attempt: number,
  outcome: Outcome,
  now = Date.now(),
): AttemptVerdict {
  if (outcome.kind === 'delivered') return { settle: 'delivered', outcome };
  if (outcome.kind === 'dead' || attempt >= policy.threshold) {
    return { settle: 'dead', outcome: { ...outcome, kind: 'dead' } };
  }
  const delay = retryDelay(policy, attempt, outcome.notBefore, now);
  return { settle: 'retry', outcome, delay, retryAt: now + delay };
}
