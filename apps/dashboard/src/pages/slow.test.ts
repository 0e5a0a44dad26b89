import { expect, test } from 'vitest';
import { orSlow } from './slow.js';

const never = new Promise<never>(() => {});
const later = (ms: number): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(() => resolve('page'), ms);
  });

test('a page is not waited for when Redis answers nothing', async () => {
  expect(
    await orSlow(
      () => never,
      () => never,
      1,
    ),
  ).toBeUndefined();
});

test('a page that has much to read is waited for', async () => {
  expect(
    await orSlow(
      () => later(30),
      () => Promise.resolve(),
      1,
    ),
  ).toBe('page');
});

test('a page that fails says why', async () => {
  const failed = () => Promise.reject(new Error('no endpoint'));
  await expect(orSlow(failed, () => never, 1_000)).rejects.toThrow('no endpoint');
});
