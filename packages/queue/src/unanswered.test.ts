import { expect, test } from 'vitest';
import { createUnanswered } from './unanswered.js';

test('a job that was stored when the add got no answer is ours, once', () => {
  const unanswered = createUnanswered();
  unanswered.note('a', 1_000);
  expect(unanswered.isOurs('a', 1_002)).toBe(true);
  expect(unanswered.isOurs('a', 1_002)).toBe(false);
});

test('a job that was stored before, or long after, is a duplicate', () => {
  const unanswered = createUnanswered();
  for (const [id, storedAt] of [
    ['before', 999],
    ['after', 60_000],
  ] as const) {
    unanswered.note(id, 1_000);
    expect(unanswered.isOurs(id, storedAt)).toBe(false);
  }
  expect(unanswered.isOurs('never sent', 1_000)).toBe(false);
});

test('repeated without an answer, the job of either attempt is ours', () => {
  const unanswered = createUnanswered();
  for (const storedAt of [1_001, 90_001]) {
    unanswered.note('a', 1_000);
    unanswered.note('a', 90_000);
    expect(unanswered.isOurs('a', storedAt)).toBe(true);
  }
});

test('beyond its bound the oldest is forgotten', () => {
  const unanswered = createUnanswered(2);
  for (const id of ['a', 'b', 'c']) unanswered.note(id, 1_000);
  expect(['a', 'b', 'c'].map((id) => unanswered.isOurs(id, 1_000))).toEqual([false, true, true]);
});
