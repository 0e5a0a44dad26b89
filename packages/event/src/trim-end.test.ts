import { expect, test } from 'vitest';
import { trimEnd } from './trim-end.js';

test.each([
  ['a//b//', 'a//b'],
  ['////', ''],
  ['', ''],
  [`${'/'.repeat(1_000_000)}x`, `${'/'.repeat(1_000_000)}x`],
])('of slashes (case %#)', (text, trimmed) => {
  expect(trimEnd(text, '/')).toBe(trimmed);
});
