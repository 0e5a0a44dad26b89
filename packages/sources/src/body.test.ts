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

const nested = (levels: number) => Buffer.from('{"a":['.repeat(levels / 2) + ']}'.repeat(levels / 2));

test('a body of 256 levels can be read, and one of more is refused before it is parsed', () => {
  expect(decodeBody(nested(256))).toMatchObject({ state: 'json' });
  const refused = { state: 'unreadable', reason: 'the body is nested deeper than 256 levels' };
  expect(decodeBody(nested(258))).toEqual(refused);
  expect(decodeBody(nested(1_000_000))).toEqual(refused);
});

test('brackets in strings and beside each other are no depth', () => {
  const value = ['[{'.repeat(40_000), '\\"[', ...Array.from({ length: 20_000 }, () => [{}])];
  expect(decodeBody(Buffer.from(JSON.stringify(value)))).toMatchObject({ state: 'json', value });
});
