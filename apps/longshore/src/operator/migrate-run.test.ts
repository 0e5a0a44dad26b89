import { expect, test } from 'vitest';
import { isAtSource } from './migrate-run.js';

test('a source that has no tag of the plan verifies nothing', () => {
  expect(isAtSource({ total: 3, gone: 3 })).toBe(false);
  expect(isAtSource({ total: 3, gone: 2 })).toBe(true);
  expect(isAtSource({ total: 0, gone: 0 })).toBe(true);
});
