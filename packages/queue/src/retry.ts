/**
 * When a failed delivery is tried again, and when it is given up. Pure, so that the timetable can be read and
 * tested as numbers; the clock and the dice are passed in.
 */
import { type Outcome, type OwnTrouble, plannedDelay, type RetryPolicy, troubleOf } from '@longshore/event';

export type { RetryPolicy };

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
  const delay = Math.max(plannedDelay(policy, failed, random), notBefore - now);
  // At least 1 ms: BullMQ takes a delay of 0 for "at once, at the front of the queue".
  return Math.max(1, Math.round(Math.min(delay, policy.maxbackoff)));
}

/** Milliseconds that `retryDelay` never exceeds after so many failed attempts, `Retry-After` apart. */
export function longestDelay(policy: RetryPolicy, failed: number): number {
  return retryDelay(policy, failed, 0, 0, 1);
}

/**
 * What a failure of a batch by other than an outage reason leads to: `first`, the same members once more; `again`,
 * halves.
 */
export type BatchStage = 'first' | 'again';

/** Members of a batch that are retried together. */
export interface RetryGroup {
  /** The same for all members, and for no other group. */
  id: string;
  stage: BatchStage;
}

/** A failed delivery that is tried again. */
export interface RetryVerdict {
  settle: 'retry';
  outcome: Outcome;
  /** Milliseconds. */
  delay: number;
  /** Epoch milliseconds. */
  retryAt: number;
  /** The failure counts as no attempt. */
  uncounted?: true;
  /** Tried again in one request with the other members. */
  group?: RetryGroup;
  /** Tried again once what is ahead of it is settled, whatever `delay` says: the endpoint keeps the order. */
  behind?: true;
}

/** What the queue does with a delivery after an attempt. */
export type Verdict =
  | { settle: 'delivered'; outcome: Outcome }
  /** `uncounted`: it was no attempt. */
  | { settle: 'dead'; outcome: Outcome; uncounted?: true }
  | RetryVerdict
  /** A probe that failed: not an attempt, back to the head of those that wait. */
  | { settle: 'returned'; outcome: Outcome; to: 'wait' }
  | { settle: 'ignored'; rule: string }
  /**
   * Not an attempt: looked at again then, holding no slot meanwhile. `why` is for people. `ours`: nothing is sent to
   * the endpoint before.
   */
  | { settle: 'deferred'; until: number; why: string; ours?: OwnTrouble; group?: RetryGroup }
  /** Not an attempt: given back untouched, for another worker or the next start. */
  | { settle: 'released' };

/** A verdict that follows an attempt. */
export type AttemptVerdict = Extract<Verdict, { outcome: Outcome }>;

/** How a failure by an outage reason is judged. */
export interface OutageRules {
  /** It was a probe: it costs no attempt. */
  probe?: boolean;
  /** The endpoint has an order and holds: an outage costs no attempt. So often it was attempted, this time included. */
  started?: number;
}

/** The verdict over one outcome. The present threshold counts, not the one when it was queued. */
export function judge(
  policy: RetryPolicy,
  attempt: number,
  outcome: Outcome,
  now = Date.now(),
  { probe, started }: OutageRules = {},
): AttemptVerdict {
  if (outcome.kind === 'delivered') return { settle: 'delivered', outcome };
  if (outcome.kind === 'retry' && troubleOf(outcome.reason) === 'outage') {
    if (probe) return { settle: 'returned', outcome, to: 'wait' };
    if (started !== undefined) {
      const delay = retryDelay(policy, started, outcome.notBefore, now);
      return { settle: 'retry', outcome, delay, retryAt: now + delay, uncounted: true };
    }
  }
  if (outcome.kind === 'dead' || attempt >= policy.threshold) {
    return { settle: 'dead', outcome: { ...outcome, kind: 'dead' } };
  }
  const delay = retryDelay(policy, attempt, outcome.notBefore, now);
  return { settle: 'retry', outcome, delay, retryAt: now + delay };
}
