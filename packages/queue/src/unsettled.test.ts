import { expect, test } from 'vitest';
import { ok } from './testing/deliveries.js';
import { createUnsettled } from './unsettled.js';

const run = (attemptsMade: number, attemptsStarted: number) => ({ id: 'a', attemptsMade, attemptsStarted });

test('the same attempt started again gets the verdict that was not settled', () => {
  const unsettled = createUnsettled();
  unsettled.remember(run(0, 1), ok);
  expect(unsettled.recall(run(0, 2))).toBe(ok);
});

test('the next attempt is a new one', () => {
  const unsettled = createUnsettled();
  unsettled.remember(run(0, 1), ok);
  expect(unsettled.recall(run(1, 2))).toBeUndefined();
});

test('a retry from the dead-letter set starts at one again and is sent', () => {
  const unsettled = createUnsettled();
  unsettled.remember(run(0, 1), ok);
  expect(unsettled.recall(run(0, 1))).toBeUndefined();
});

test('what was settled is forgotten', () => {
  const unsettled = createUnsettled();
  unsettled.remember(run(0, 1), ok);
  unsettled.forget(run(0, 1));
  expect(unsettled.recall(run(0, 2))).toBeUndefined();
});
