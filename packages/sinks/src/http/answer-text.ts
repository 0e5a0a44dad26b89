/**
 * The part of a receiver's answer that is kept for people, made harmless: no secret that the receiver echoes,
 * nothing that a terminal or a page would act on.
 */

import { printableLines } from '@longshore/event';

/** Bytes of UTF-8. */
const KEPT = 2 * 1024;

/** Masking anything shorter would make texts unreadable: `Bearer`, `admin`. */
const SHORTEST = { value: 6, word: 8 };

/** Puts `***` where a secret is. */
export type Mask = (text: string) => string;

/** Masks each of the values, and each of their words: of `Bearer abc…` also the `abc…` alone. */
export function maskFor(values: readonly string[]): Mask {
  const whole = values.filter((value) => value.length >= SHORTEST.value);
  const words = values.flatMap((value) => value.split(/\s+/)).filter((word) => word.length >= SHORTEST.word);
  const secrets = [...new Set([...whole, ...words])].sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

/** Undefined for an empty body. Cut at the end of a character. */
export function answerText(chunks: readonly Buffer[], mask: Mask): string | undefined {
  if (chunks.length === 0) return undefined;
  const [only] = chunks;
  const masked = mask(decoded(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks)));
  // Twice: an escape is longer than what it stands for.
  return cut(printableLines(cut(masked).replaceAll('\r\n', '\n')));
}

const cut = (text: string): string =>
  Buffer.byteLength(text) > KEPT ? decoded(Buffer.from(text).subarray(0, KEPT)) : text;

/** Streaming, because that leaves out a character that is cut off at the end. */
function decoded(bytes: Buffer): string {
  return new TextDecoder().decode(bytes, { stream: true });
}
