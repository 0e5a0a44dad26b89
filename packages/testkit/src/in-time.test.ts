import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inTime } from './in-time.js';

test('what comes in time is handed on, be it a value or an error', async () => {
  expect(await inTime(delay(20, 'a value'), 10_000)).toBe('a value');
  await expect(inTime(Promise.reject(new Error('a fault')), 10_000)).rejects.toThrow('a fault');
});

test('what does not come in time is an error', async () => {
  await expect(inTime(new Promise(() => {}), 50)).rejects.toThrow('within 50 ms');
});

test('a pause of the whole process is not held against it', async () => {
  const late = delay(100).then(() => delay(100, 'late'));
  const answer = inTime(late, 400);
  const until = Date.now() + 500;
  while (Date.now() < until);
  expect(await answer).toBe('late');
});
