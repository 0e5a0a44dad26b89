/**
 * What an endpoint is doing, in one word and in words for people. Pure: the clock is passed in, so that the
 * page, the alert and the test say the same of the same numbers.
 */
import { utcTime } from '@longshore/event';
import type { EndpointPulse } from './pulse-reader.js';

/** In the order in which the first that holds is the state. */
export const ENDPOINT_STATES = [
  'removed', // not in the configuration, but there are deliveries
  'disabled', // gets nothing
  'paused', // deliveries are kept, by configuration or by an operator
  'failing', // its attempts have failed for a minute, or the last one failed and there is no next one
  'backing off', // the last attempt failed a moment ago, and some wait for their next one
  'delivering', // something is on its way or arrived a moment ago
  'idle',
] as const;

/** One of {@link ENDPOINT_STATES}. */
export type EndpointStateName = (typeof ENDPOINT_STATES)[number];

/** What an endpoint is doing. */
export interface EndpointState {
  name: EndpointStateName;
  /** One line without the endpoint's name: `failing since 2026-11-21 03:00:00 UTC (12m), 31 attempts in a row`. */
  words: string;
}

/** As the configuration has the endpoint; undefined: it does not. */
export type EndpointSwitches = { disabled: boolean; paused: boolean } | undefined;

/** A failure that is younger than this is a hiccup, and called backing off. Milliseconds. */
const FAILING_AFTER = 60_000;
/** So long after its last delivery an endpoint is still called delivering. Milliseconds. */
const RECENT = 60_000;
/** A rate is that of so many minutes. */
const RATE_MINUTES = 5;

const MINUTE = 60_000;

/** @param now epoch milliseconds */
export function stateOf(pulse: EndpointPulse, settings: EndpointSwitches, now: number): EndpointState {
  const { waiting, active, delayed, dead, failingSince, failures, lastDeliveredAt = 0 } = pulse;
  const left = waiting + active + delayed;
  if (!settings) {
    const words = `not in the configuration; ${left} undelivered and ${dead} dead are kept: add it again to have them delivered`;
    return { name: 'removed', words };
  }
  if (settings.disabled) return { name: 'disabled', words: `disabled: it gets nothing; ${left} are kept` };
  if (settings.paused || pulse.pausedByOperator) {
    const by = settings.paused ? 'in the configuration' : 'by an operator';
    return { name: 'paused', words: `paused ${by}; ${left} wait until it is resumed` };
  }
  // With nothing left there is no next attempt that could mend it.
  if (failingSince !== undefined && (left === 0 || now - failingSince >= FAILING_AFTER)) {
    const since = `${utcTime(failingSince)} (${inWords(now - failingSince)})`;
    return {
      name: 'failing',
      words: `failing since ${since}, ${failures === 1 ? '1 attempt' : `${failures} attempts in a row`}`,
    };
  }
  if (failingSince !== undefined) {
    return {
      name: 'backing off',
      words: `backing off: the last ${failures === 1 ? 'attempt' : `${failures} attempts`} failed, ${delayed} wait`,
    };
  }
  if (left > 0 || now - lastDeliveredAt < RECENT) return { name: 'delivering', words: 'delivering' };
  const last = lastDeliveredAt > 0 ? `, last delivery ${inWords(now - lastDeliveredAt)} ago` : '';
  return { name: 'idle', words: `idle: nothing to deliver${last}` };
}

/** Deliveries a minute that arrived, over the last whole minutes. */
export function rateOf({ minutes }: EndpointPulse, now: number): number {
  const until = Math.floor(now / MINUTE) * MINUTE;
  const counted = minutes.filter(({ at }) => at < until && at >= until - RATE_MINUTES * MINUTE);
  return counted.reduce((sum, { delivered }) => sum + delivered, 0) / RATE_MINUTES;
}

/** `42s`, `12m`, `3h 5m`, `2d 4h`: the two largest units. */
export function inWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first === -1) return '0s';
  // Nobody needs the seconds of more than a minute.
  const shown = units.slice(first, first === 2 ? 3 : first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count}${unit}`).join(' ');
}
