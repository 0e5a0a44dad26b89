import { expect, test } from 'vitest';
import { createByteBudget } from './byte-budget.js';

/** A `send` that is answered when the test says so. */
function held() {
  let answer = (_: Error | undefined): void => {};
  let sent = false;
  const answered = new Promise<void>((resolve, reject) => {
    answer = (error) => (error ? reject(error) : resolve());
  });
  const send = (): Promise<void> => {
    sent = true;
    return answered;
  };
  return { send, answer: (error?: Error) => answer(error), isSent: () => sent };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('no more than the limit is under way, in the order of asking', async () => {
  const budget = createByteBudget(10);
  const [a, b, c] = [held(), held(), held()];
  const all = Promise.all([budget.run(6, a.send), budget.run(6, b.send), budget.run(1, c.send)]);
  await turn();
  expect([a, b, c].map(({ isSent }) => isSent())).toEqual([true, false, false]);
  a.answer();
  await turn();
  expect([b, c].map(({ isSent }) => isSent())).toEqual([true, true]);
  b.answer();
  c.answer();
  await all;
});

test('what is larger than the limit goes alone', async () => {
  const budget = createByteBudget(10);
  const [large, small] = [held(), held()];
  const all = Promise.all([budget.run(100, large.send), budget.run(1, small.send)]);
  await turn();
  expect([large, small].map(({ isSent }) => isSent())).toEqual([true, false]);
  large.answer();
  await turn();
  small.answer();
  await all;
});

test('a Redis that hangs is not waited for once more by each that waits', async () => {
  const budget = createByteBudget(10, 60_000);
  const [first, second] = [held(), held()];
  const outcomes = Promise.allSettled([budget.run(10, first.send), budget.run(10, second.send)]);
  await turn();
  first.answer(new Error('Command timed out'));
  const reasons = (await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason.message);
  expect(reasons).toEqual(['Command timed out', 'Command timed out']);
  expect(second.isSent()).toBe(false);
});

test('an error that concerns one alone fails that one alone', async () => {
  const budget = createByteBudget(10);
  const [first, second] = [held(), held()];
  const outcomes = Promise.allSettled([budget.run(10, first.send), budget.run(10, second.send)]);
  await turn();
  first.answer(new Error('ERR'));
  await turn();
  second.answer();
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});

test('no room in time is a time-out', async () => {
  const budget = createByteBudget(10, 5);
  const first = held();
  const running = budget.run(10, first.send);
  await expect(budget.run(1, async () => {})).rejects.toThrow('Command timed out');
  first.answer();
  await running;
  await budget.run(1, async () => {});
});
