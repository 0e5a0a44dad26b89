import { expect, test } from 'vitest';
import { answerText, maskFor } from './answer-text.js';

const noMask = maskFor([]);
const text = (...chunks: (string | Buffer)[]) =>
  answerText(
    chunks.map((chunk) => Buffer.from(chunk)),
    noMask,
  );

test('an empty answer has no text', () => {
  expect(text()).toBeUndefined();
});

test('chunks are joined before they are decoded', () => {
  const bytes = Buffer.from('né');
  expect(text(bytes.subarray(0, 2), bytes.subarray(2))).toBe('né');
});

test('2 KiB are kept, and the cut is between characters', () => {
  expect(text('a'.repeat(3000))).toBe('a'.repeat(2048));
  expect(text(`a${'é'.repeat(2000)}`)).toBe(`a${'é'.repeat(1023)}`);
  expect(text('€'.repeat(2000))).toBe('€'.repeat(682));
  expect(text('😀'.repeat(2000))).toBe('😀'.repeat(512));
});

test('what a terminal or a page would act on is written out; line feeds and tabs stay', () => {
  expect(text('\u001b[31mred\u0000\u0007\r\n\tx\u009b\u202ey\u2066')).toBe(
    '\\u001b[31mred\\u0000\\u0007\n\tx\\u009b\\u202ey\\u2066',
  );
});

test('bytes that are no UTF-8 are replaced', () => {
  expect(text(Buffer.from([0x66, 0xff, 0xfe, 0x6f]))).toBe('f��o');
});

test('a secret that the receiver echoes is masked, also at the cut', () => {
  const mask = maskFor(['Bearer abcdefgh', 'abcdefgh-longer', '', 'short']);
  expect(mask('got Bearer abcdefgh, abcdefgh, abcdefgh-longer, Bearer, short')).toBe(
    'got ***, ***, ***, Bearer, short',
  );
  const echo = `${'a'.repeat(2040)}abcdefgh-longer`;
  expect(answerText([Buffer.from(echo)], mask)).toBe(`${'a'.repeat(2040)}***`);
});

test('escapes count among the 2 KiB', () => {
  expect(text('\u009b'.repeat(2000))?.length).toBe(2048);
});
