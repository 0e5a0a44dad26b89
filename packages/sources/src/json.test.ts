import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldKeys, isWithinDepth, writeJson } from './json.js';

test('JSON of moderate depth is written as JSON writes it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(writeJson(value)).toBe(JSON.stringify(value));
    }),
  );
});

test('JSON of any depth is written', () => {
  const text = '{"a":['.repeat(100_000) + ']}'.repeat(100_000);
  const value = JSON.parse(text);
  expect(() => JSON.stringify(value)).toThrow(RangeError);
  expect(writeJson(value)).toBe(text);
});

test('depth counts objects and arrays', () => {
  expect(isWithinDepth(1, 0)).toBe(true);
  expect(isWithinDepth([], 0)).toBe(false);
  expect(isWithinDepth({ a: [{ b: 1 }, null] }, 3)).toBe(true);
  expect(isWithinDepth({ a: [{ b: {} }] }, 3)).toBe(false);
  expect(isWithinDepth(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)), 200)).toBe(false);
  expect(isWithinDepth(JSON.parse(`{"__proto__":${'['.repeat(9)}${']'.repeat(9)}}`), 5)).toBe(false);
});

test('keys are found in any case, the lower-case one first', () => {
  const names = new Set(['url', 'id']);
  expect([...foldKeys({ URL: 1, Url: 2, other: 3 }, names)]).toEqual([['url', 1]]);
  expect(foldKeys({ URL: 1, url: 2, Url: 3 }, names).get('url')).toBe(2);
  expect(foldKeys(JSON.parse('{"__proto__":{"id":1}}'), names).size).toBe(0);
});
