/** How many requests of a source one process accepts (GCRA): evenly spread, with a burst of one second's worth. */
import type { Config } from '@longshore/config';
import { LongshoreError } from '@longshore/event';

/** See the header. */
export interface Rates {
  /** Counts a request. @throws LongshoreError SOURCE_RATE when it is one too many; that one is not counted */
  count(source: string): void;
}

const BURST_MS = 1_000;

/** @param sources asked for at each request @param now milliseconds of a clock that is not set back */
export function createRates(
  sources: () => Config['sources'],
  now: () => number = () => performance.now(),
): Rates {
  /** By source: when its requests so far would have ended, had they been evenly spread. */
  const ends = new Map<string, number>();
  return {
    count(source) {
      const rate = sources().find(({ name }) => name === source)?.rate;
      if (rate === undefined) return;
      const interval = rate.perMs / rate.count;
      const end = Math.max(ends.get(source) ?? 0, now());
      // With less than one a second there is no burst.
      if (end - now() > Math.max(0, BURST_MS - interval)) {
        const message = `source ${source} sends more than its rate, ${rate.count} in ${rate.perMs / 1_000} s`;
        throw new LongshoreError('SOURCE_RATE', message);
      }
      ends.set(source, end + interval);
    },
  };
}
