import { expect, test } from 'vitest';
import { compact, expand } from './compact.js';

const texts = ['', '{}', '{"action":"push","target":{"repository":"äöü 🐳"}}', 'x'.repeat(100_000)];

test.each(texts)('a text is the same again', async (text) => {
  const bytes = Buffer.from(text);
  expect(expand(await compact(bytes), bytes.length)).toBe(text);
});

test('a newer dictionary, damaged data and a wrong length are errors', async () => {
  const data = Buffer.from(await compact(Buffer.from('{"action":"push"}')));
  expect(() => expand(data, 16)).toThrow();
  expect(() => expand(data, 18)).toThrow('17 bytes instead of 18');
  expect(() => expand(Buffer.concat([Buffer.of(9), data.subarray(1)]), 17)).toThrow('dictionary is 9');
  expect(() => expand(Buffer.alloc(0), 17)).toThrow();
});

test('a text that would inflate without bound is stopped at its length', async () => {
  const data = await compact(Buffer.alloc(10_000_000));
  expect(data.length).toBeLessThan(20_000);
  expect(() => expand(data, 1_000)).toThrow();
});
