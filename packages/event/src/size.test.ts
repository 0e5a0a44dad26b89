import { expect, test } from 'vitest';
import { bytesInWords } from './size.js';

test.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_024, '1.0 KiB'],
  [28_416_410, '27.1 MiB'],
  [2 ** 52, '4096.0 TiB'],
])('%i bytes are %s', (bytes, words) => {
  expect(bytesInWords(bytes)).toBe(words);
});
