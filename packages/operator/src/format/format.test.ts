import { expect, test } from 'vitest';
import { formatAge } from './index.js';
import { properties, truncate, wrap } from './terminal.js';

test.each([
  [0, 'just now'],
  [-999, 'just now'],
  [-1_000, '1s ago'],
  [-185 * 60_000, '3h 5m ago'],
  [400, 'in 400ms'],
  [3 * 60_000, 'in 3m'],
])('%d ms from now is %s', (ms, text) => {
  const now = Date.UTC(2026, 10, 21);
  expect([formatAge(now + ms, now), formatAge(new Date(now + ms).toISOString(), now)]).toEqual([text, text]);
});

test('text is broken between words, and a word that is longer than a line within it', () => {
  expect(wrap('one two three\nfour', 8)).toEqual(['one two', 'three', 'four']);
  expect(wrap('abcdefghij k', 4)).toEqual(['abcd', 'efgh', 'ij k']);
});

test('text from outside acts on no terminal and keeps its columns', () => {
  expect(truncate('a\u001b[2Jb\nc', 20)).not.toContain('\u001b');
  expect(truncate('abcdef', 4)).toBe('abc…');
  expect(truncate('ab', 4, true)).toBe('ab  ');
  const pairs = [
    ['one', 1],
    ['three', undefined],
    ['two', 'x'],
  ] as const;
  expect(properties(pairs)).toEqual(['one  1', 'two  x']);
});
