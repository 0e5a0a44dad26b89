/** What an endpoint is doing, in one word. Pure: the clock is passed in. */
import type { EndpointPulse } from './pulse-reader.js';

/** In the order in which the first that holds is the state. */
export const ENDPOINT_STATES = [
  'removed', // not in the configuration, but there are deliveries
  'disabled', // gets nothing
  'paused', // deliveries are kept, by configuration or by an operator
  'failing', // its attempts have failed for a minute, or the last one failed and there is no next one
  'backing off', // the last attempt failed within the last minute, and deliveries wait for their next one
  'delivering', // something is in flight or was delivered within the last minute
  'idle',
] as const;

/** One of {@link ENDPOINT_STATES}. */
export type EndpointStateName = (typeof ENDPOINT_STATES)[number];

/** As the configuration has the endpoint; undefined: it does not. */
export type EndpointSwitches = { disabled: boolean; paused: boolean } | undefined;

/** A failure that is younger than this is called backing off. */
const FAILING_AFTER_MS = 60_000;
/** So long after its last delivery an endpoint is still called delivering. */
const RECENT_MS = 60_000;

/** @param now epoch milliseconds */
export function stateOf(pulse: EndpointPulse, settings: EndpointSwitches, now: number): EndpointStateName {
  const { waiting, active, delayed, failingSince, lastDeliveredAt = 0 } = pulse;
  const undelivered = waiting + active + delayed;
  if (!settings) return 'removed';
  if (settings.disabled) return 'disabled';
  if (settings.paused || pulse.pausedByOperator) return 'paused';
  if (failingSince !== undefined) {
    // With nothing undelivered there is no next attempt that could succeed.
    return undelivered === 0 || now - failingSince >= FAILING_AFTER_MS ? 'failing' : 'backing off';
  }
  return undelivered > 0 || now - lastDeliveredAt < RECENT_MS ? 'delivering' : 'idle';
}
