/** What an endpoint is doing, in one word. Pure. */
import type { EndpointPulse } from './pulse-reader.js';

/** In the order in which the first that holds is the state. */
export const ENDPOINT_STATES = [
  'removed', // not in the configuration, but there are deliveries
  'disabled', // gets nothing
  'paused', // deliveries are kept, by configuration or by an operator
  'held', // its receiver is down or asked for a pause: only probes and retries are attempted
  'recovering', // it delivers again after a hold, with few in flight at first
  'failing', // three attempts in a row or more have failed
  'backing off', // the last attempt, or the last two, have failed
  'delivering', // something is in flight or was delivered within the last minute
  'idle',
] as const;

/** One of {@link ENDPOINT_STATES}. */
export type EndpointStateName = (typeof ENDPOINT_STATES)[number];

/** As the configuration has the endpoint; undefined: it does not. */
export type EndpointSwitches = { disabled: boolean; paused: boolean } | undefined;

/** States in which an operator has something to repair: `longshore status` exits with 1. */
export const TROUBLED_STATES: ReadonlySet<EndpointStateName> = new Set(['held', 'failing']);

/** Failures in a row, with nothing delivered between. */
const FAILING_FROM = 3;
/** So long after its last delivery an endpoint is still called delivering. */
const RECENT_MS = 60_000;

/** @param now epoch milliseconds */
export function stateOf(pulse: EndpointPulse, settings: EndpointSwitches, now: number): EndpointStateName {
  const { waiting, active, delayed, failures, hold, lastDeliveredAt = 0 } = pulse;
  if (!settings) return 'removed';
  if (settings.disabled) return 'disabled';
  if (settings.paused || pulse.pausedByOperator) return 'paused';
  if (hold) return hold.state;
  if (failures > 0) return failures >= FAILING_FROM ? 'failing' : 'backing off';
  return waiting + active + delayed > 0 || now - lastDeliveredAt < RECENT_MS ? 'delivering' : 'idle';
}
