import { expect, test } from 'vitest';
import { foldKeys } from './json.js';

test('keys are found in any case, the lower-case one first', () => {
  const names = new Set(['url', 'id']);
  expect([...foldKeys({ URL: 1, Url: 2, other: 3 }, names)]).toEqual([['url', 1]]);
  expect(foldKeys({ URL: 1, url: 2, Url: 3 }, names).get('url')).toBe(2);
  expect(foldKeys(JSON.parse('{"__proto__":{"id":1}}'), names).size).toBe(0);
});
