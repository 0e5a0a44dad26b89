import type { EndpointPulse, EndpointSwitches } from '@longshore/queue/pulse';
import { expect, test } from 'vitest';
import { deliveryRate, endpointState } from './endpoint-state.js';

const NOW = Date.UTC(2026, 10, 21, 3, 0);
const MINUTE_MS = 60_000;
const ON = { disabled: false, paused: false };

const pulse = (more: Partial<EndpointPulse>): EndpointPulse => ({
  endpoint: 'one',
  waiting: 0,
  active: 0,
  delayed: 0,
  dead: 0,
  pausedByOperator: false,
  failures: 0,
  minutes: [],
  ...more,
});

const held = { state: 'held', since: NOW - 5 * MINUTE_MS, reason: 'refused' } as const;
const failing = { failingSince: NOW - 12 * MINUTE_MS, failures: 31, delayed: 2 };

test.each<[string, Partial<EndpointPulse>, EndpointSwitches, string]>([
  [
    'removed',
    { delayed: 2, dead: 1, failingSince: 1 },
    undefined,
    'not in the configuration; 2 deliveries and 1 dead letter are kept: add the endpoint again to deliver them',
  ],
  ['disabled', failing, { disabled: true, paused: true }, 'disabled; 2 deliveries kept'],
  ['paused', failing, { ...ON, paused: true }, 'paused in the configuration; 2 deliveries queued'],
  ['paused', { waiting: 1, pausedByOperator: true }, ON, 'paused by an operator; 1 delivery queued'],
  ['failing', failing, ON, 'failing since 2026-11-21 02:48:00 UTC (12m), 31 failed attempts'],
  // After a 410 the delivery is dead-lettered at once, so there is no next attempt.
  [
    'failing',
    { failingSince: NOW - 1_000, failures: 3, dead: 3 },
    ON,
    'failing since 2026-11-21 02:59:59 UTC (1s), 3 failed attempts',
  ],
  [
    'backing off',
    { failingSince: NOW - MINUTE_MS + 1, failures: 2, delayed: 1 },
    ON,
    'backing off after 2 failed attempts; 1 delayed',
  ],
  [
    'held',
    { ...failing, waiting: 98, hold: { ...held, probeAt: NOW + 30_000 } },
    ON,
    'held since 2026-11-21 02:55:00 UTC (5m): connection refused, next probe in 30s; 100 deliveries are kept and delivered when the receiver answers again',
  ],
  [
    'held',
    { waiting: 1, hold: { ...held, reason: 'http_429', probeAt: NOW - 1, until: NOW + MINUTE_MS } },
    ON,
    'held since 2026-11-21 02:55:00 UTC (5m): 429 Too Many Requests, the receiver asked for a pause until 2026-11-21 03:01:00 UTC; 1 delivery is kept and delivered when the receiver answers again',
  ],
  ['paused', { pausedByOperator: true, hold: held }, ON, 'paused by an operator; 0 deliveries queued'],
  [
    'recovering',
    { waiting: 7, hold: { ...held, state: 'recovering', revived: 2 } },
    ON,
    'recovering from a hold that began 5m ago; 7 deliveries to go, 2 dead letters revived',
  ],
  ['delivering', { active: 1 }, ON, 'delivering'],
  ['delivering', { lastDeliveredAt: NOW - 10_000 }, ON, 'delivering'],
  ['idle', { lastDeliveredAt: NOW - 65 * MINUTE_MS }, ON, 'idle: backlog empty, last delivery 1h 5m ago'],
  ['idle', {}, ON, 'idle: backlog empty'],
])('%s', (name, seen, settings, words) => {
  expect(endpointState(pulse(seen), settings, NOW)).toEqual({ name, words });
});

test('the rate is that of the last five whole minutes', () => {
  const minute = (ago: number, delivered: number) => ({ at: NOW - ago * MINUTE_MS, delivered, failed: 9 });
  const minutes = [minute(6, 100), minute(5, 20), minute(1, 30), minute(0, 100)];
  expect(deliveryRate({ minutes }, NOW + 30_000)).toBe(10);
});
