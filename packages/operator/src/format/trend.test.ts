import { expect, test } from 'vitest';
import { backlogTrend } from './trend.js';

const MINUTE_MS = 60_000;
const NOW = Date.UTC(2026, 10, 21, 3, 10);
/** A minute so long ago, with its backlog. */
const minute = (ago: number, backlog: number) => ({ at: NOW - ago * MINUTE_MS, backlog });

test('a backlog drains in the time that its pace of the last ten minutes gives', () => {
  const words = backlogTrend(40, [minute(50, 9_000), minute(11, 140), minute(1, 50)], undefined, NOW)?.words;
  expect(words).toBe('drains in 4m');
});

test('a backlog grows until Redis is full, or by so many a minute', () => {
  const minutes = [minute(6, 100), minute(1, 300)];
  expect(backlogTrend(600, minutes, undefined, NOW)?.words).toBe('grows by 100/min');
  expect(backlogTrend(600, minutes, 3 * 3_600_000, NOW)?.words).toBe('grows, Redis is full in 3h');
});

test.each([
  ['no backlog', 0, [minute(6, 100)], undefined],
  ['nothing known', 10, [], undefined],
  ['a minute is too short', 10, [minute(1, 100)], undefined],
  ['nothing attempted for long', 10, [minute(40, 100)], undefined],
  ['hardly a change', 10_000, [minute(11, 10_001)], 'steady'],
])('%s', (_, backlog, minutes, words) => {
  expect(backlogTrend(backlog, minutes, undefined, NOW)?.words).toBe(words);
});
