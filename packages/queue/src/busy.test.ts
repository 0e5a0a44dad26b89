import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { createBusy } from './busy.js';

/** Keeps the event loop at work. */
function work(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

test('a loop that is at work all the time is busy, and one that waits is not', async () => {
  const isBusy = createBusy();
  await eventually(
    () => {
      work(30);
      return isBusy();
    },
    undefined,
    { every: 0 },
  );
  await eventually(async () => {
    await pause(50);
    return !isBusy();
  });
  expect(isBusy()).toBe(false);
});
