/** Text that PostgreSQL takes. It refuses U+0000, and an entry of an index that is larger than a third of a page. */

const MAX_BYTES = 1_024;
const NUL = /\0/g;

/** What stands for U+0000, and for half a character. */
const REPLACEMENT = '\uFFFD';

/** The text without U+0000 and with 1,024 bytes at most: for a column that is in an index. */
export function columnText(text: string): string {
  const clean = withoutNul(text);
  if (clean.length * 3 <= MAX_BYTES || Buffer.byteLength(clean) <= MAX_BYTES) return clean;
  return Buffer.from(clean)
    .subarray(0, MAX_BYTES)
    .toString()
    .replace(/\uFFFD$/, '');
}

/** Text in JSON as well. */
export const withoutNul = (text: string): string =>
  text.includes('\0') ? text.replace(NUL, REPLACEMENT) : text;
