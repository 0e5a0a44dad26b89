/** When an endpoint dead-letters a delivery: its `threshold` as a time. */
import { retryWindow } from '@longshore/event';
import { formatDuration } from '@longshore/settings/format';
import type { Endpoint } from './endpoint.js';

/** Milliseconds. Enough for a restart of the receiver or its host. */
export const SHORTEST_WINDOW_MS = 5 * 60_000;

const SECOND_MS = 1_000;
const YEAR_MS = 365 * 24 * 3_600_000;

/** Milliseconds from the first attempt to the last one, when each fails at once and the jitter is 0. */
export const retryTime = (endpoint: Endpoint): number => retryWindow(endpoint, 0.5);

/** `15s`, `8m31s`: to the second where that is enough. */
export function roughly(ms: number): string {
  return formatDuration(
    ms < 10 * SECOND_MS ? Math.round(ms * 10) / 10 : Math.round(ms / SECOND_MS) * SECOND_MS,
  );
}

/** `gives up 15s after the first attempt (12s to 23s, with jitter and timeouts)` */
export function givingUp(endpoint: Endpoint): string {
  const { threshold, timeout, kind } = endpoint;
  if (threshold <= 1) return 'gives up after the first attempt';
  const window = retryTime(endpoint);
  if (window > YEAR_MS) return 'gives up more than a year after the first attempt';
  // A preheat or copy takes as long as its image; nothing bounds it by the timeout of one request.
  const waiting = kind === 'preheat' || kind === 'copy' ? 0 : threshold * timeout;
  const range = `${roughly(retryWindow(endpoint, 0))} to ${roughly(retryWindow(endpoint, 1) + waiting)}`;
  const causes = waiting > 0 ? 'with jitter and timeouts' : 'with jitter, without the time of attempts';
  return `gives up ${roughly(window)} after the first attempt (${range}, ${causes})`;
}

/** By name, how long after its first attempt each endpoint dead-letters a delivery: `{ alistener: '15s' }` */
export function givingUpTimes(endpoints: readonly Endpoint[]): Record<string, string> {
  const active = endpoints.filter(({ disabled }) => !disabled);
  return Object.fromEntries(active.map((endpoint) => [endpoint.name, roughly(retryTime(endpoint))]));
}

/** The least threshold with which the endpoint tries for {@link SHORTEST_WINDOW_MS}; undefined when a delay has to grow. */
export function enoughAttempts(endpoint: Endpoint): number | undefined {
  for (let threshold = 2; threshold <= MANY_ATTEMPTS; threshold++) {
    if (retryTime({ ...endpoint, threshold }) >= SHORTEST_WINDOW_MS) return threshold;
  }
  return undefined;
}

/** A higher threshold does not help: the delays are too short. */
const MANY_ATTEMPTS = 50;
