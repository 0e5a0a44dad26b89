import { expect, test } from 'vitest';
import { eventually } from './eventually.js';

test('it resolves with the first value that will do', async () => {
  let n = 0;
  expect(
    await eventually(
      () => ++n,
      (seen) => seen > 3,
      { every: 1 },
    ),
  ).toBe(4);
});

test('a probe that throws is tried again', async () => {
  let n = 0;
  const probe = () => {
    if (++n < 3) throw new Error('not yet');
    return 'there';
  };
  expect(await eventually(probe, undefined, { every: 1 })).toBe('there');
});

test('the time-out message says what was waited for and what was seen last', async () => {
  const late = eventually(
    () => ({ state: 'active' }),
    () => false,
    { timeout: 20, every: 5, what: 'a settled job' },
  );
  await expect(late).rejects.toThrow("waited 20 ms for a settled job; last seen: { state: 'active' }");
  const failing = eventually(() => Promise.reject(new Error('refused')), undefined, {
    timeout: 20,
    every: 5,
  });
  await expect(failing).rejects.toThrow(/last seen: Error: refused/);
});
