import { expect, test } from 'vitest';
import { type EndpointSwitches, inWords, rateOf, stateOf } from './endpoint-state.js';
import type { EndpointPulse } from './pulse-reader.js';

const NOW = Date.UTC(2026, 10, 21, 3, 0);
const MINUTE = 60_000;
const ON = { disabled: false, paused: false };

const pulse = (more: Partial<EndpointPulse>): EndpointPulse => ({
  ...{ endpoint: 'one', waiting: 0, active: 0, delayed: 0, dead: 0 },
  ...{ pausedByOperator: false, failures: 0, minutes: [] },
  ...more,
});

const failing = { failingSince: NOW - 12 * MINUTE, failures: 31, delayed: 2 };

test.each<[string, Partial<EndpointPulse>, EndpointSwitches, string]>([
  [
    'removed',
    { delayed: 2, dead: 1, failingSince: 1 },
    undefined,
    'not in the configuration; 2 undelivered and 1 dead are kept: add it again to have them delivered',
  ],
  ['disabled', failing, { disabled: true, paused: true }, 'disabled: it gets nothing; 2 are kept'],
  ['paused', failing, { ...ON, paused: true }, 'paused in the configuration; 2 wait until it is resumed'],
  ['paused', { waiting: 5, pausedByOperator: true }, ON, 'paused by an operator; 5 wait until it is resumed'],
  ['failing', failing, ON, 'failing since 2026-11-21 02:48:00 UTC (12m), 31 attempts in a row'],
  // 410: dead at once, so no next attempt
  [
    'failing',
    { failingSince: NOW - 1_000, failures: 1, dead: 1 },
    ON,
    'failing since 2026-11-21 02:59:59 UTC (1s), 1 attempt',
  ],
  [
    'backing off',
    { failingSince: NOW - MINUTE + 1, failures: 2, delayed: 1 },
    ON,
    'backing off: the last 2 attempts failed, 1 wait',
  ],
  ['delivering', { active: 1 }, ON, 'delivering'],
  ['delivering', { lastDeliveredAt: NOW - 10_000 }, ON, 'delivering'],
  ['idle', { lastDeliveredAt: NOW - 65 * MINUTE }, ON, 'idle: nothing to deliver, last delivery 1h 5m ago'],
  ['idle', {}, ON, 'idle: nothing to deliver'],
])('%s', (name, seen, settings, words) => {
  expect(stateOf(pulse(seen), settings, NOW)).toEqual({ name, words });
});

test('the rate is that of the last five whole minutes', () => {
  const minute = (ago: number, delivered: number) => ({ at: NOW - ago * MINUTE, delivered, failed: 9 });
  const minutes = [minute(6, 100), minute(5, 20), minute(1, 30), minute(0, 100)];
  expect(rateOf(pulse({ minutes }), NOW + 30_000)).toBe(10);
});

test.each([
  [-5, '0s'],
  [42_500, '42s'],
  [12 * MINUTE + 5_000, '12m'],
  [185 * MINUTE, '3h 5m'],
  [180 * MINUTE, '3h'],
  [52 * 60 * MINUTE, '2d 4h'],
])('%d ms are %s', (ms, words) => {
  expect(inWords(ms)).toBe(words);
});
