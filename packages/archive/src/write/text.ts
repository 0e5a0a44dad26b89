/**
 * Text that PostgreSQL takes. It refuses U+0000, half a character in JSON, and an entry of an index that is larger than
 * a third of a page.
 */

const MAX_BYTES = 1_024;
/** U+0000, and half a character. */
const UNTAKEN = /[\0\p{Surrogate}]/gu;

/** What stands for them; half a character is sent to PostgreSQL as this anyway. */
const REPLACEMENT = '\uFFFD';

/** The text as {@link cleanText}, with 1,024 bytes at most: for a column that is in an index. */
export function columnText(text: string): string {
  const clean = cleanText(text);
  if (clean.length * 3 <= MAX_BYTES || Buffer.byteLength(clean) <= MAX_BYTES) return clean;
  return Buffer.from(clean)
    .subarray(0, MAX_BYTES)
    .toString()
    .replace(/\uFFFD$/, '');
}

/** The text as PostgreSQL takes it, also in JSON, and gives it back. */
export const cleanText = (text: string): string => text.replace(UNTAKEN, REPLACEMENT);
