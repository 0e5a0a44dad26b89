/** Pauses that grow while Redis refuses: a lasting refusal is never asked again and again at full speed. */

const FIRST_MS = 1_000;
/** Short: work must begin again soon after Redis can be used again. */
const LONGEST_MS = 5_000;

/** Of one thing that is asked for. */
export interface Pace {
  /** Redis refused. */
  refused(): void;
  answered(): void;
  /** Milliseconds until Redis is to be asked again; 0: now. */
  waitMs(): number;
}

/** @param now monotonic milliseconds */
export function createPace(now: () => number = () => performance.now()): Pace {
  let until = 0;
  let next = FIRST_MS;
  return {
    refused() {
      until = now() + next;
      next = Math.min(next * 2, LONGEST_MS);
    },
    answered() {
      next = FIRST_MS;
    },
    waitMs: () => Math.max(0, until - now()),
  };
}
