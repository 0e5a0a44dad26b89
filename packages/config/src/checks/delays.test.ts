/** Durations and counts that are accepted, as in the registry, but hardly meant. */
import { test } from 'vitest';
import { checkTrap, file, KEY, type Trap } from '../samples/trap.js';

const traps: Trap[] = [
  {
    title: 'a duration without a unit',
    bad: file('timeout: 500'),
    problem: ['warning', `${KEY}.timeout`, /500 nanoseconds.*every attempt times out.*Write 500ms/],
    fine: file('timeout: 500ms'),
  },
  {
    title: 'a small duration without a unit was meant as seconds',
    bad: file('backoff: 5'),
    problem: ['warning', `${KEY}.backoff`, /5 nanoseconds.*Write 5s/],
    fine: file('backoff: 5s'),
  },
  {
    title: 'a large duration without a unit was meant as it is',
    bad: file('backoff: 2_000_000_000'),
    problem: ['warning', `${KEY}.backoff`, /2000000000 nanoseconds.*Write 2s$/],
    fine: file('backoff: 2s'),
  },
  {
    title: 'a duration with a point and no unit',
    bad: file('timeout: 1.5'),
    problem: ['warning', `${KEY}.timeout`, /cut to 1 nanosecond.*Write 1\.5s/],
    fine: file('timeout: 1.5s'),
  },
  {
    title: 'a duration of 0',
    bad: file('timeout: 0s'),
    problem: ['warning', `${KEY}.timeout`, /default, 1s/],
    fine: file('timeout: 1s'),
  },
  {
    title: 'a threshold of 0',
    bad: file('threshold: 0'),
    problem: ['warning', `${KEY}.threshold`, /default, 10/],
    fine: file('threshold: 10'),
  },
  {
    title: 'a threshold with a point',
    bad: file('threshold: 12.5'),
    problem: ['warning', `${KEY}.threshold`, /cut to 12/],
    fine: file('threshold: 12'),
  },
  {
    title: 'a threshold that gives up within seconds, without a hold',
    bad: file('threshold: 5, backoff: 1s, hold: false'),
    problem: [
      'warning',
      `${KEY}.threshold`,
      /dead-lettered 15s after .*Write threshold: 10, for 8m31s, or remove `hold: false`$/,
    ],
    fine: file('threshold: 5, backoff: 1s'),
  },
  {
    title: 'a threshold without any retry',
    bad: file('threshold: 1, hold: { revive: false }'),
    problem: ['warning', `${KEY}.threshold`, /dead-lettered after its first attempt.*Write threshold: 10/],
    fine: file('threshold: 9, backoff: 2s, hold: { revive: false }'),
  },
  {
    title: 'a schedule that is over soon',
    bad: file('schedule: [1s, 2s], hold: { revive: false }'),
    problem: ['warning', `${KEY}.threshold`, /dead-lettered 17s after.*Raise the delays in schedule$/],
    fine: file('schedule: [1s, 2s, 5m], hold: { revive: false }'),
  },
  {
    title: 'a maxbackoff that keeps all delays short',
    bad: file('maxbackoff: 4s, hold: { revive: false }'),
    problem: [
      'warning',
      `${KEY}.threshold`,
      /dead-lettered 31s after.*Raise the delays in backoff or maxbackoff$/,
    ],
    fine: file('maxbackoff: 4m, hold: { revive: false }'),
  },
  {
    title: 'a very short timeout',
    bad: file('timeout: 50ms'),
    problem: ['warning', `${KEY}.timeout`, /50ms.*short/],
    fine: file('timeout: 100ms'),
  },
  {
    title: 'a very long timeout',
    bad: file('timeout: 6m'),
    problem: ['warning', `${KEY}.timeout`, /6m.*long/],
    fine: file('timeout: 5m'),
  },
  {
    title: 'a maxbackoff below backoff',
    bad: file('backoff: 2m, maxbackoff: 1m'),
    problem: ['warning', `${KEY}.maxbackoff`, /less than backoff, 2m/],
    fine: file('backoff: 1m, maxbackoff: 1m'),
  },
  {
    title: 'a collapse without a unit',
    bad: file('collapse: 10'),
    problem: ['warning', `${KEY}.collapse`, /10 nanoseconds.*almost nothing.*Write 10s/],
    fine: file('collapse: 10s'),
  },
  {
    title: 'a long collapse',
    bad: file('collapse: 1h'),
    problem: ['warning', `${KEY}.collapse`, /1h is long.*sends no digest/],
    fine: file('collapse: 1m'),
  },
  {
    title: 'a collapse that takes Redis for days',
    bad: file('collapse: 48h'),
    problem: ['error', `${KEY}.collapse`, /longer than the maximum, 24h/],
    fine: file('collapse: 0s'),
  },
];

test.each(traps)('$title', checkTrap);
