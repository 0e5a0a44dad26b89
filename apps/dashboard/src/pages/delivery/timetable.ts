/** When the next attempts of a delivery are, while each fails. Pure. */
import { plannedDelay, type RetryPolicy } from '@longshore/event';

/** One attempt ahead. */
export interface Planned {
  attempt: number;
  /** Epoch milliseconds; the jitter of the delays makes each up to a fifth earlier or later. */
  at: number;
}

/** Attempts that are listed. */
const MOST = 10;

/**
 * @param failed attempts that have failed
 * @param next epoch milliseconds of the next attempt
 * @returns the next attempts, and how many there are in all
 */
export function timetable(
  policy: RetryPolicy,
  failed: number,
  next: number,
): { planned: Planned[]; all: number } {
  const all = Math.max(0, policy.threshold - failed);
  const planned: Planned[] = [];
  let at = next;
  for (let n = failed + 1; n <= policy.threshold && planned.length < MOST; n++) {
    planned.push({ attempt: n, at });
    at += plannedDelay(policy, n, MIDDLE);
  }
  return { planned, all };
}

/** Of the jitter. */
const MIDDLE = 0.5;
