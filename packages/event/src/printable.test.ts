import { describe, expect, test } from 'vitest';
import { excerpt, printable, printableLines } from './printable.js';

/** Format characters stand in these planes alone. */
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

describe('printable', () => {
  test.each([
    ['plain text', 'push team/app:1.0 ~', 'push team/app:1.0 ~'],
    ['letters of other scripts', 'büro 東京 😀', 'büro 東京 😀'],
    ['C0 controls', 'a\u0000\u0007\t\n\r\u001b[2J', 'a\\u0000\\u0007\\u0009\\u000a\\u000d\\u001b[2J'],
    ['DEL', 'a\u007f', 'a\\u007f'],
    ['C1 controls', 'a\u0085\u009b31m', 'a\\u0085\\u009b31m'],
    [
      'marks that turn the direction',
      '\u061c\u200e\u200f\u202a\u202e\u2066\u2069',
      '\\u061c\\u200e\\u200f\\u202a\\u202e\\u2066\\u2069',
    ],
    ['characters without width', 'a\u00ad\u200b\u200d\u2060\ufeffb', 'a\\u00ad\\u200b\\u200d\\u2060\\ufeffb'],
    ['line separators', '\u2028\u2029', '\\u2028\\u2029'],
    ['interlinear marks', '\ufff9\ufffb', '\\ufff9\\ufffb'],
    ['tags beyond U+FFFF', '\u{e0001}\u{e007f}', '\\udb40\\udc01\\udb40\\udc7f'],
  ])('%s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('no control or format character of Unicode is left', () => {
    const all = [...range(0, 0xd800), ...range(0xe000, 0x1_f000), ...range(0xe_0000, 0xe_1000)]
      .map((code) => String.fromCodePoint(code))
      .join('');
    expect(printable(all)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(printableLines(all)).not.toMatch(/(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});

test('a text of several lines keeps its lines and tabs', () => {
  expect(printableLines('a\n\tb\r\u009b')).toBe('a\n\tb\\u000d\\u009b');
});

test('a line of JSON stays the same JSON', () => {
  const value = { text: 'a\u001b\u007f\u009b\u202e\u2028\u{e0001}"\\\n' };
  const line = `${JSON.stringify(value)}\n`;
  expect(printableLines(line)).toMatch(/^[\x20-\x7e]*\n$/);
  expect(JSON.parse(printableLines(line))).toEqual(value);
});

describe('excerpt', () => {
  test('leaves a short text as it is', () => {
    expect(excerpt('a'.repeat(200))).toBe('a'.repeat(200));
    expect(excerpt('abc', 3)).toBe('abc');
  });

  test('is one line with single spaces', () => {
    expect(excerpt(' a\n b\tc\u001b ')).toBe('a b c\\u001b');
  });

  test('cuts a long one, escapes included', () => {
    expect(excerpt('a'.repeat(201))).toBe(`${'a'.repeat(200)}…`);
    expect(excerpt('x'.repeat(1_000_000), 3)).toBe('xxx…');
    expect(excerpt('\u001b'.repeat(300)).length).toBeLessThanOrEqual(201);
  });

  test('cuts neither an escape nor a character in two', () => {
    expect(excerpt('ab\u001b', 5)).toBe('ab…');
    expect(excerpt('ab\u001b', 8)).toBe('ab\\u001b');
    expect(excerpt('ab😀c', 3)).toBe('ab…');
  });
});
