import type { Outcome } from '@longshore/event';
import { describe, expect, test } from 'vitest';
import { judge, type RetryPolicy, retryDelay } from './retry.js';

const defaults: RetryPolicy = { threshold: 10, backoff: 1_000, maxbackoff: 3_600_000, schedule: [] };
const middle = 0.5;
const at = (policy: RetryPolicy, failed: number, notBefore = 0, random = middle): number =>
  retryDelay(policy, failed, notBefore, 0, random);

describe('retryDelay', () => {
  test('the delay doubles from backoff on', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((failed) => at(defaults, failed));
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256].map((seconds) => seconds * 1_000));
  });

  test('at the defaults a delivery is dead after about nine minutes', () => {
    const total = [1, 2, 3, 4, 5, 6, 7, 8, 9].reduce((sum, failed) => sum + at(defaults, failed), 0);
    expect(total).toBe(511_000);
  });

  test('jitter moves a delay by at most a fifth either way', () => {
    expect(at(defaults, 1, 0, 0)).toBe(800);
    expect(at(defaults, 1, 0, 0.999_999)).toBe(1_200);
  });

  test('no delay goes above maxbackoff, jitter and Retry-After included', () => {
    const policy = { ...defaults, maxbackoff: 5_000 };
    expect(at(policy, 30, 0, 0.999)).toBe(5_000);
    expect(at(policy, 1, 86_400_000)).toBe(5_000);
    expect(at(policy, 5_000)).toBe(5_000);
  });

  test('Retry-After lengthens a delay and never shortens it', () => {
    expect(at(defaults, 1, 7_000)).toBe(7_000);
    expect(at(defaults, 5, 7_000)).toBe(16_000);
  });

  test('a schedule replaces the curve and its last entry repeats', () => {
    const policy = { ...defaults, schedule: [5_000, 300_000] };
    expect([1, 2, 3, 9].map((failed) => at(policy, failed))).toEqual([5_000, 300_000, 300_000, 300_000]);
  });

  test('a delay is never zero, which BullMQ would take for at once', () => {
    expect(at({ ...defaults, backoff: 0.0005 }, 1)).toBe(1);
  });
});

describe('judge', () => {
  const failure: Outcome = { kind: 'retry', reason: 'http_500', status: 500 };

  test('a failure below the threshold is tried again', () => {
    const verdict = judge(defaults, 9, failure, 1_000);
    expect(verdict).toMatchObject({ settle: 'retry' });
    if (verdict.settle === 'retry') expect(verdict.retryAt).toBe(1_000 + verdict.delay);
  });

  test('the failure that reaches the threshold is dead', () => {
    expect(judge(defaults, 10, failure)).toEqual({ settle: 'dead', outcome: { ...failure, kind: 'dead' } });
  });

  test('a threshold that was lowered meanwhile counts', () => {
    expect(judge({ ...defaults, threshold: 3 }, 5, failure).settle).toBe('dead');
  });

  describe('a failure by an outage reason', () => {
    const down: Outcome = { kind: 'retry', reason: 'refused' };

    test('is an attempt like any other of a delivery that is retried', () => {
      expect(judge(defaults, 10, down, 0, { probe: false }).settle).toBe('dead');
    });

    test('costs a probe no attempt, even the last one', () => {
      expect(judge(defaults, 10, down, 0, { probe: true })).toEqual({
        settle: 'returned',
        outcome: down,
        to: 'wait',
      });
    });

    test('costs no attempt with an order, and is tried again later and later', () => {
      const tried = [1, 5, 30].map((started) => judge(defaults, 10, down, 0, { started }));
      expect(tried.map((verdict) => 'uncounted' in verdict && verdict.uncounted)).toEqual([true, true, true]);
      const delays = tried.map((verdict) => (verdict.settle === 'retry' ? verdict.delay : 0));
      expect(delays).toEqual([...delays].sort((a, b) => a - b));
      expect(delays[2]).toBeGreaterThan(defaults.maxbackoff / 2);
    });

    test('an answer is the attempt of a probe', () => {
      expect(judge(defaults, 10, failure, 0, { probe: true, started: 1 }).settle).toBe('dead');
      const gone: Outcome = { kind: 'dead', reason: 'http_410' };
      expect(judge(defaults, 1, gone, 0, { probe: true, started: 1 }).settle).toBe('dead');
    });
  });

  test('what is dead is dead at the first attempt', () => {
    expect(judge(defaults, 1, { kind: 'dead', reason: 'http_410', status: 410 }).settle).toBe('dead');
  });
});
