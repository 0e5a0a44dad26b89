/** When an endpoint gives a delivery up, in words: what its `threshold` means as a time. */
import { retryWindow } from '@longshore/event';
import type { Endpoint } from './endpoint.js';
import { formatDuration } from './values/duration.js';

/** Milliseconds: so long a receiver may be away while it is restarted or its host is. */
export const SHORTEST_WINDOW = 5 * 60_000;

const SECOND = 1_000;
const YEAR = 365 * 24 * 3_600_000;

/** Milliseconds from the first attempt to the last one, when each fails at once and the dice fall in the middle. */
export const retryTime = (endpoint: Endpoint): number => retryWindow(endpoint, 0.5);

/** `15s`, `8m31s`: to the second where that is enough. */
export function roughly(ms: number): string {
  return formatDuration(ms < 10 * SECOND ? Math.round(ms * 10) / 10 : Math.round(ms / SECOND) * SECOND);
}

/** `gives up 15s after the first attempt (12s to 23s, with jitter and timeouts)` */
export function givingUp(endpoint: Endpoint): string {
  const { threshold, timeout, kind } = endpoint;
  if (threshold <= 1) return 'gives up after the first attempt';
  const window = retryTime(endpoint);
  if (window > YEAR) return 'gives up more than a year after the first attempt';
  // A run of preheat takes as long as its image; nothing bounds it by the timeout of one request.
  const waiting = kind === 'preheat' ? 0 : threshold * timeout;
  const range = `${roughly(retryWindow(endpoint, 0))} to ${roughly(retryWindow(endpoint, 1) + waiting)}`;
  const causes = waiting > 0 ? 'with jitter and timeouts' : 'with jitter, each attempt apart';
  return `gives up ${roughly(window)} after the first attempt (${range}, ${causes})`;
}

/** By name, how long after its first attempt each endpoint gives a delivery up: `{ alistener: '15s' }` */
export function givingUpTimes(endpoints: readonly Endpoint[]): Record<string, string> {
  const active = endpoints.filter(({ disabled }) => !disabled);
  return Object.fromEntries(active.map((endpoint) => [endpoint.name, roughly(retryTime(endpoint))]));
}

/** The least threshold with which the endpoint tries for {@link SHORTEST_WINDOW}; undefined when a delay has to grow. */
export function enoughAttempts(endpoint: Endpoint): number | undefined {
  for (let threshold = 2; threshold <= MANY_ATTEMPTS; threshold++) {
    if (retryTime({ ...endpoint, threshold }) >= SHORTEST_WINDOW) return threshold;
  }
  return undefined;
}

/** More than that is no remedy: the delays are too short. */
const MANY_ATTEMPTS = 50;
