import { expect, test } from 'vitest';
import { at, baseOf } from './place.js';

test('a path is appended to the base’s own, with its query', () => {
  const on = (base: string, path: string) => at(new URL(base), path).href;
  expect(on('http://h:1', '/a/b?c=d')).toBe('http://h:1/a/b?c=d');
  expect(on('http://h:1/prefix/', '/a')).toBe('http://h:1/prefix/a');
  expect(on('http://h:1', '/namespace/library%2Fnginx/x')).toBe('http://h:1/namespace/library%2Fnginx/x');
});

test('userinfo, query and fragment are no part of a base', () => {
  expect(baseOf('https://me:pw@h/p?key=k#f', 'the url')).toMatchObject({
    url: new URL('https://h/p'),
    place: 'h:443',
    authorization: `Basic ${Buffer.from('me:pw').toString('base64')}`,
    secrets: expect.arrayContaining(['pw', 'k']),
  });
});

test('a problem names what is wrong, as the caller calls it', () => {
  expect(baseOf('ftp://h', 'the target’s tracker')).toEqual({
    problem: expect.stringContaining('the target’s tracker has the scheme ftp:'),
  });
  expect(baseOf('h', 'the target’s origin')).toEqual({
    problem: expect.stringContaining('the target’s origin does not start with http'),
  });
});
