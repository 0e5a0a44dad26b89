import { expect, test } from 'vitest';
import { ok } from './testing/deliveries.js';
import { createUnsettled } from './unsettled.js';

const run = (attemptsMade: number, stalledCounter: number) => ({ id: 'a', attemptsMade, stalledCounter });

test('the same attempt after a stall gets the verdict that was not settled', () => {
  const unsettled = createUnsettled();
  unsettled.remember(run(0, 0), ok);
  expect(unsettled.recall(run(0, 1))).toBe(ok);
});

test('the next attempt is a new one', () => {
  const unsettled = createUnsettled();
  unsettled.remember(run(0, 0), ok);
  expect(unsettled.recall(run(1, 0))).toBeUndefined();
});

test('a retry from the dead-letter set has the same numbers, has not stalled, and is sent', () => {
  const unsettled = createUnsettled();
  unsettled.remember(run(0, 0), ok);
  expect(unsettled.recall(run(0, 0))).toBeUndefined();
});

test('what was settled is forgotten', () => {
  const unsettled = createUnsettled();
  unsettled.remember(run(0, 0), ok);
  unsettled.forget(run(0, 0));
  expect(unsettled.recall(run(0, 1))).toBeUndefined();
});

test('after ten minutes nothing is recalled, and what is old makes room', () => {
  let now = 0;
  const unsettled = createUnsettled(() => now);
  unsettled.remember(run(0, 0), ok);
  now = 600_000;
  expect(unsettled.recall(run(0, 1))).toBeUndefined();
  unsettled.remember({ ...run(0, 0), id: 'b' }, ok);
  // At its own time it would still be recalled, had it not gone.
  now = 0;
  expect(unsettled.recall(run(0, 1))).toBeUndefined();
});
