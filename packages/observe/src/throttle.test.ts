import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { observed } from './testing/observed.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function redisAway() {
  const { observer, lines } = observed();
  const fail = (n: number) => observer.throttledLog('redis', 10_000).warn({ n }, 'Redis is unavailable');
  return { observer, fail, reported: () => lines().map(({ n, leftOut }) => (leftOut ? [n, leftOut] : [n])) };
}

test('the first line is written at once, and of the others the last, with how many were left out', () => {
  const { fail, reported } = redisAway();
  for (let n = 1; n <= 1_000; n++) fail(n);
  expect(reported()).toEqual([[1]]);
  vi.advanceTimersByTime(10_000);
  expect(reported()).toEqual([[1], [1_000, 998]]);
});

test('each period has one line, as long as it continues', () => {
  const { fail, reported } = redisAway();
  for (let n = 1; n <= 30; n++) {
    fail(n);
    vi.advanceTimersByTime(1_000);
  }
  expect(reported()).toEqual([[1], [10, 8], [20, 9], [30, 9]]);
});

test('after a quiet period a line is written at once again', () => {
  const { fail, reported } = redisAway();
  fail(1);
  vi.advanceTimersByTime(10_000);
  fail(2);
  expect(reported()).toEqual([[1], [2]]);
});

test('keys do not silence each other', () => {
  const { observer, lines } = observed();
  observer.throttledLog('redis', 10_000).warn({}, 'Redis is unavailable');
  observer.throttledLog('spool', 10_000).error({}, 'the spool is full');
  expect(lines().map(({ level, msg }) => [level, msg])).toEqual([
    ['warn', 'Redis is unavailable'],
    ['error', 'the spool is full'],
  ]);
});

test('flush writes what waits', async () => {
  const { observer, fail, reported } = redisAway();
  for (let n = 1; n <= 5; n++) fail(n);
  await observer.flush();
  expect(reported()).toEqual([[1], [5, 3]]);
});

test('a period keeps no process alive', () => {
  vi.useRealTimers();
  const { observer } = observed();
  const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  observer.throttledLog('redis', 3_600_000).warn({}, 'Redis is unavailable');
  expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length).toBe(before);
});
