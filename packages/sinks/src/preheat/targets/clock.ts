/** Time and chance, given from outside so that a quarter of an hour can be tested. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** At least 0, below 1. */
  random(): number;
}

/** The machine's. */
export const systemClock: Clock = { now: () => Date.now(), random: () => Math.random() };

/** Poll interval of work at a target. Milliseconds. */
export interface Cadence {
  first: number;
  /** Each wait is so many times the one before. */
  factor: number;
  longest: number;
  /** 0.05: up to 5 % more or less, so that many polls spread. */
  jitter: number;
}

/** Milliseconds until the next look. `looks`: how many there were, from 1. */
export function waitAfter(
  looks: number,
  { first, factor, longest, jitter }: Cadence,
  random: number,
): number {
  const wait = Math.min(first * factor ** (looks - 1), longest);
  return Math.round(wait * (1 - jitter + 2 * jitter * random));
}
