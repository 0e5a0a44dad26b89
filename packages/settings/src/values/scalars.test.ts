import { expect, test } from 'vitest';
import { nearest } from '../nearest.js';
import { formatBytes, parseBytes } from './bytes.js';
import { formatListen, parseListen } from './listen.js';
import { printable, quote } from './scalars.js';

test.each([
  ['32MiB', 33_554_432],
  ['1GiB', 1_073_741_824],
  ['500MB', 500_000_000],
  ['1.5KiB', 1_536],
  ['64 kib', 65_536],
  ['10kB', 10_000],
  ['4096', 4_096],
  ['7B', 7],
])('%s is %i bytes', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

test.each(['', 'MiB', '5M', '-1MiB', '1.5B', '1e6', '5 MiB x', '99999999TiB'])(
  '%j is no number of bytes',
  (text) => expect(parseBytes(text)).toBeUndefined(),
);

test.each([33_554_432, 500_000_000, 1_536, 4_097, 10_000, 7])(
  '%i bytes are written so that they parse back',
  (bytes) => expect(parseBytes(formatBytes(bytes))).toBe(bytes),
);

test.each([
  ['127.0.0.1:5080', { host: '127.0.0.1', port: 5080 }],
  [':5080', { host: '', port: 5080 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  ['localhost:65535', { host: 'localhost', port: 65_535 }],
  ['relay-1.example.com:80', { host: 'relay-1.example.com', port: 80 }],
])('%s is an address to listen on', (text, listen) => {
  expect(parseListen(text)).toEqual(listen);
  expect(formatListen(listen)).toBe(text);
});

test.each([
  ['5080', /127\.0\.0\.1:5080/],
  ['127.0.0.1', /host:port/],
  ['::1:5080', /host:port/],
  ['[::x]:5080', /without an IPv6/],
  ['127.0.0.1:65536', /over 65535/],
  ['127.0.0.256:80', /invalid host/],
  ['a b:80', /invalid host/],
  ['http://a:80', /host:port/],
])('%s is none, and the message says why', (text, why) => expect(parseListen(text)).toMatch(why));

test.each([
  ['timout', 'timeout'],
  ['Timeout', 'timeout'],
  ['time_out', 'timeout'],
  ['ignoredmediatype', 'ignoredmediatypes'],
  ['URLs', 'url'],
  ['haeders', 'headers'],
  ['maxretries', undefined],
  ['', undefined],
])('the nearest known word to %j is %s', (word, known) =>
  expect(nearest(word, ['url', 'headers', 'timeout', 'ignoredmediatypes'])).toBe(known),
);

test('words of a file are shown without what a terminal acts on', () => {
  expect(quote('a\u001b[2Jb\u009bc\u202ed')).toBe('"a\\u001b[2Jb\\u009bc\\u202ed"');
  expect(quote('x'.repeat(500)).length).toBeLessThan(70);
  expect(printable('plain é 🐳')).toBe('plain é 🐳');
  expect(printable('a\nb')).toBe('"a\\nb"');
});
