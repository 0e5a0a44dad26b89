/** How long attempts took, counted in classes of time, of which a percentile is computed. */

/** Upper bounds of the classes, ms; a last class has what took longer. */
export const LATENCY_BOUNDS_MS = [
  1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
] as const;

/** Number of classes. */
export const LATENCY_CLASSES = LATENCY_BOUNDS_MS.length + 1;

/** The class of a time, from 0. */
export function latencyClass(ms: number): number {
  const found = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound);
  return found === -1 ? LATENCY_BOUNDS_MS.length : found;
}

/**
 * The time in which this share of the attempts was over, in ms, exact to its class. Undefined without attempts.
 * @param counts by class
 * @param share 0.95 for p95
 */
export function percentile(counts: readonly number[], share: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let left = total * share;
  for (const [n, count] of counts.entries()) {
    if (left <= count) {
      const from = LATENCY_BOUNDS_MS[n - 1] ?? 0;
      const to = LATENCY_BOUNDS_MS[n] ?? from * 2;
      return from + ((to - from) * left) / count;
    }
    left -= count;
  }
  return undefined;
}
