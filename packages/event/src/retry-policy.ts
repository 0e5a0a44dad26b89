/**
 * When a failed delivery is tried again, as its endpoint's settings say: what the queue does and what
 * `longshore check` tells. The receiver's own `Retry-After` comes on top and is the queue's.
 */

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
 * Milliseconds until the next attempt, by the settings alone.
 * @param failed failed attempts so far, this one included: 1 after the first
 * @param random 0 ≤ n ≤ 1; 0.5 is the middle
 */
export function plannedDelay(policy: RetryPolicy, failed: number, random: number): number {
  const { backoff, maxbackoff, schedule } = policy;
  // 2 ** 1024 is Infinity: Math.min makes it maxbackoff.
  const base = schedule.length
    ? (schedule[Math.min(failed, schedule.length) - 1] ?? backoff)
    : backoff * 2 ** (failed - 1);
  return Math.min(Math.min(base, maxbackoff) * (1 - JITTER + 2 * JITTER * random), maxbackoff);
}

/** No delay grows after so many: even a nanosecond has doubled beyond any maxbackoff. */
const LONGEST_CURVE = 128;

/**
 * Milliseconds that all delays of a delivery take together: from its first attempt to the one after which it is
 * given up, when each attempt fails at once.
 */
export function retryWindow(policy: RetryPolicy, random: number): number {
  const retries = Math.max(0, policy.threshold - 1);
  const curve = Math.min(retries, Math.max(policy.schedule.length, LONGEST_CURVE));
  let sum = 0;
  for (let failed = 1; failed <= curve; failed++) sum += plannedDelay(policy, failed, random);
  // All later delays are as long as this one.
  return sum + (retries - curve) * plannedDelay(policy, curve + 1, random);
}
