import { expect, test } from 'vitest';
import { createGate } from './gate.js';

test('so much work runs at a time, the rest in order, also behind work that fails', async () => {
  const gate = createGate(2);
  const ends: (() => void)[] = [];
  const started: number[] = [];
  const works = [0, 1, 2, 3].map((number) =>
    gate(async () => {
      started.push(number);
      await new Promise<void>((resolve) => {
        ends[number] = resolve;
      });
      if (number === 0) throw new Error('failed');
    }),
  );
  expect(started).toEqual([0, 1]);
  ends[0]?.();
  await expect(works[0]).rejects.toThrow('failed');
  expect(started).toEqual([0, 1, 2]);
  ends[1]?.();
  await works[1];
  expect(started).toEqual([0, 1, 2, 3]);
  ends[2]?.();
  ends[3]?.();
  await Promise.all(works.slice(1));
  await gate(async () => {});
});
