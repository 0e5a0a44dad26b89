import { expect, test } from 'vitest';
import { nameOf, parseName, sizeOnDisk, sourceKey } from './name.js';

test('a name has the size and the source, and sorts by time', () => {
  const name = nameOf(1_773_480_414_000, 'a1-z', 1_532, 'team.east_1-x');
  expect(name).toBe('1773480414000-a1-z.1532.team.east_1-x');
  expect(parseName(name)).toEqual({ bytes: 1_532, source: 'team.east_1-x' });
  expect(nameOf(17, 'a', 1, 'x') < nameOf(1_773_480_414_000, 'a', 1, 'x')).toBe(true);
});

test('a source that cannot stand in a file name has a key that can', () => {
  for (const source of ['a/b', '..%/', 'x'.repeat(300), 'b\u00fcro', '', '~a']) {
    expect(sourceKey(source)).toMatch(/^~[0-9a-f]{16}$/);
    expect(parseName(nameOf(1, 'a', 2, source))).toEqual({ bytes: 2, source: sourceKey(source) });
  }
});

test('a name of someone else has no size', () => {
  expect(parseName('1-1796018277681-8.bad')).toEqual({ bytes: 0 });
});

test('a file takes whole blocks of the disk, and at least one', () => {
  expect([0, 1, 4_096, 4_097].map(sizeOnDisk)).toEqual([4_096, 4_096, 4_096, 8_192]);
});
