import { expect, test } from 'vitest';
import { decodeBody } from './body.js';

test('a byte order mark is no part of the JSON', () => {
  expect(decodeBody(Buffer.from('\uFEFF{"a":1}'))).toEqual({
    state: 'json',
    value: { a: 1 },
    text: '{"a":1}',
  });
});

test.each([[''], [' \r\n\t'], ['\uFEFF']])('nothing but white space is empty: %j', (text) => {
  expect(decodeBody(Buffer.from(text))).toEqual({ state: 'empty' });
});

test.each([
  ['the body is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ['the body is not UTF-8', Buffer.from('"\ud800"', 'utf16le')],
  ['the body is not JSON', Buffer.from('{"secret":')],
  ['the body is not JSON', Buffer.from('NaN')],
  ['the body is not JSON', Buffer.from('{"a":01}')],
])('the reason is %s, without a word of the body', (reason, bytes) => {
  expect(decodeBody(bytes)).toEqual({ state: 'unreadable', reason });
});

test('a large body that is little but brackets is refused before it is parsed', () => {
  const deep = Buffer.from('['.repeat(4_000_000) + ']'.repeat(4_000_000));
  const before = process.cpuUsage();
  expect(decodeBody(deep)).toMatchObject({ reason: 'the body is nested deeper than 10000 levels' });
  // Microseconds of this process, not of a machine that has other things to do; parsing takes about a second.
  expect(process.cpuUsage(before).user).toBeLessThan(500_000);
});

test('brackets in strings and beside each other are no depth', () => {
  const value = ['[{'.repeat(40_000), '\\"[', ...Array.from({ length: 20_000 }, () => [{}])];
  expect(decodeBody(Buffer.from(JSON.stringify(value)))).toMatchObject({ state: 'json', value });
});
