import { expect, test } from 'vitest';
import { failed, refused } from './failure.js';

const NOW = Date.UTC(2026, 10, 21);

test.each([
  [301, true],
  [400, false],
  [401, true],
  [403, true],
  [404, true],
  [405, true],
  [408, true],
  [410, false],
  [413, false],
  [415, false],
  [422, false],
  [429, true],
  [500, true],
  [502, true],
  [503, true],
])('%i: retryable is %s, and there is a next step', (status, retryable) => {
  const failure = refused({ status, place: 'here:80' }, NOW);
  expect(failure).toMatchObject({ state: 'failed', reason: `http_${status}`, retryable });
  expect(failure.detail).toMatch(new RegExp(`^here:80 answered ${status} [^:]+: .+`));
});

test('Retry-After counts for 429 and 503 only', () => {
  const notBefore = (status: number) => refused({ status, retryAfter: '7', place: 'here:80' }, NOW).notBefore;
  expect([429, 503, 500, 202].map(notBefore)).toEqual([NOW + 7_000, NOW + 7_000, undefined, undefined]);
  const date = refused({ status: 429, retryAfter: 'Sat, 21 Nov 2026 00:01:00 GMT', place: 'here:80' }, NOW);
  expect(date.notBefore).toBe(NOW + 60_000);
});

test('a detail is one line of bounded length', () => {
  const { detail } = failed('error', `a\nb\t${'c'.repeat(2_000)}`);
  expect(detail).toMatch(/^a b c+…$/);
  expect(detail.length).toBeLessThan(500);
});

test('what the target said is part of the detail', () => {
  expect(refused({ status: 422, said: 'count:\n201', place: 'here:80' }, NOW).detail).toContain(
    '(count: 201)',
  );
});
