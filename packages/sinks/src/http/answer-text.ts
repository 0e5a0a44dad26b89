/**
 * The part of a receiver's answer that is kept for people, made harmless: no secret that the receiver echoes,
 * nothing that a terminal or a page would act on.
 */

/** Bytes of UTF-8. */
const KEPT = 2 * 1024;

/** Masking anything shorter would make texts unreadable: `Bearer`, `admin`. */
const SHORTEST = { value: 6, word: 8 };

// Control characters but tab and line feed, and the marks that turn the direction of a text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const HARMFUL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

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
  return withoutControls(
    Buffer.byteLength(masked) > KEPT ? decoded(Buffer.from(masked).subarray(0, KEPT)) : masked,
  );
}

/** On one line, for a detail. */
export function oneLine(text: string, longest: number): string {
  const line = withoutControls(text).replace(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

function withoutControls(text: string): string {
  return text.replace(HARMFUL, '\ufffd');
}

/** Streaming, because that leaves out a character that is cut off at the end. */
function decoded(bytes: Buffer): string {
  return new TextDecoder().decode(bytes, { stream: true });
}
