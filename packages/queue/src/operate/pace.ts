/** Lets so many through in a second, evenly, so that a replay does not come as one burst. */
import { setTimeout as pause } from 'node:timers/promises';

/** So many in a second; see the header. */
export interface Pace {
  /** How many to take at once: small enough to be even, large enough to share a round trip. */
  readonly stride: number;
  /** Waits for the turn of `count` more; returns at once when the signal aborts. */
  take(count: number, signal?: AbortSignal): Promise<void>;
}

/** Turns in a second. */
const TURNS = 10;
const MOST = 200;

/** @param rate in a second; infinite: without waiting */
export function createPace(rate: number, now: () => number = () => performance.now()): Pace {
  let free = now();
  return {
    stride: Math.max(1, Math.min(MOST, Math.ceil(rate / TURNS))),
    async take(count, signal) {
      const start = Math.max(free, now());
      free = start + (count / rate) * 1_000;
      await sleep(start - now(), signal);
    },
  };
}

/** Milliseconds; ends early, without an error, when the signal aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms <= 0 || signal?.aborted) return;
  await pause(ms, undefined, { signal }).catch(() => {});
}
