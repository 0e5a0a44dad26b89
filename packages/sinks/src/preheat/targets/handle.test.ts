import { expect, test } from 'vitest';
import { parsed } from './handle.js';

test('an answer of a target is read to a depth of 100 levels', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  expect(parsed(nested(100))).toBeInstanceOf(Array);
  expect(parsed(nested(101))).toBeUndefined();
  expect(parsed('[')).toBeUndefined();
});
