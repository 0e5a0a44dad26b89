/** Some at once, in order, each begun no earlier than the rate allows. */
import { setTimeout as pause } from 'node:timers/promises';

/** How it is gone about. */
export interface Pace {
  /** At once. */
  concurrency: number;
  /** Begun in a second. */
  rate?: number;
  signal: AbortSignal;
}

/** Resolves when all are done, or those that had begun when the signal came. Rejects as `work` does. */
export async function each<Item>(
  items: Iterable<Item>,
  { concurrency, rate = Number.POSITIVE_INFINITY, signal }: Pace,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  let nextAt = performance.now();
  const lane = async (): Promise<void> => {
    for (;;) {
      const wait = nextAt - performance.now();
      nextAt = Math.max(nextAt, performance.now()) + 1_000 / rate;
      if (wait > 0) await pause(wait, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const { done, value } = left.next();
      if (done) return;
      await work(value);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}
