/**
 * Numbers that JavaScript would change (`12345678901234567890`, `1e400`), kept as they were written.
 *
 * Nearly no event has one, so a single expression over the text decides. Only where it finds one, each such number is
 * replaced in the text by a string that marks it, the text is parsed again, and `restore` turns the marks in JSON text
 * back into the numbers. Compared with a parser of our own this keeps `JSON`'s speed and its rules for repeated keys.
 */
import { randomUUID } from 'node:crypto';

/** A text of which some number would not survive. */
export interface ExactNumbers {
  /** The text's value with a marked string in the place of each number that would not survive. */
  value: unknown;
  /** The number as it was written, when the member of `value` is a mark. */
  numberOf(member: unknown): string | undefined;
  /** JSON text made from parts of `value`, with its numbers; undefined when there was none to restore. */
  restore(json: string): string | undefined;
}

/**
 * A literal of 16 or more digits (a double holds any 15) or with an exponent. A literal stands behind a
 * bracket, comma, colon or white space and before a bracket, comma or white space. The same may stand inside
 * a string, which then costs time and changes nothing. Every repetition has a limit: without one a long run
 * of digits overflows the stack of the expression's matcher.
 */
const SUSPECT = /(?:^|[:,[\s])-?(?:\d[\d.]{15}|[\d.]{1,16}[eE][+-]?(?:\d{17}|\d{1,16}(?:[\s,\]}]|$)))/;

/** The most numbers of a request that are kept exactly. A registry sends none; each costs a search and a copy. */
const MAX_EXACT_NUMBERS = 10_000;

/** The reason for quarantine where a request has more than {@link MAX_EXACT_NUMBERS}. */
export const TOO_MANY_LARGE_NUMBERS = 'too many large numbers';

/**
 * Undefined when every number of the text survives a round trip through JavaScript;
 * {@link TOO_MANY_LARGE_NUMBERS} when more than 10,000 do not.
 */
export function exactNumbers(text: string): ExactNumbers | typeof TOO_MANY_LARGE_NUMBERS | undefined {
  if (!SUSPECT.test(text)) return undefined;
  // Random, so that no string of the text has it.
  const mark = randomUUID();
  const marked = markNumbers(text, mark);
  if (marked === undefined) return TOO_MANY_LARGE_NUMBERS;
  if (marked === text) return undefined;
  return {
    value: JSON.parse(marked),
    numberOf: (member) =>
      typeof member === 'string' && member.startsWith(mark) ? member.slice(mark.length) : undefined,
    restore: (json) => restored(json, `"${mark}`),
  };
}

/** @param mark with the quote before it; the number follows, up to the next quote */
function restored(json: string, mark: string): string | undefined {
  const [first = '', ...marked] = json.split(mark);
  if (marked.length === 0) return undefined;
  return first + marked.map((piece) => piece.replace('"', '')).join('');
}

/** Undefined when there are too many: reading ends there. */
function markNumbers(text: string, mark: string): string | undefined {
  const out: string[] = [];
  let [copied, count, at] = [0, 0, 0];
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (startsNumber(code)) {
      const end = endOfNumber(text, at);
      const literal = text.slice(at, end);
      if (!survives(literal)) {
        count += 1;
        if (count > MAX_EXACT_NUMBERS) return undefined;
        out.push(text.slice(copied, at), '"', mark, literal, '"');
        copied = end;
      }
      at = end;
    } else {
      at += 1;
    }
  }
  return out.length === 0 ? text : out.join('') + text.slice(copied);
}

/** At most 15 digits, which any double holds, with an exponent far from a double's limits (about 1e±308). */
const SAFE = /^[-.\d]{1,15}(?:e[+-]?\d{1,2})?$/i;
/** No number that JavaScript writes is longer: `-1.2345678901234567e-300`. */
const LONGEST = 25;

/** Does JavaScript write the number as it came? If not (`1.00000000000000000`), it is kept exactly, needed or not. */
function survives(literal: string): boolean {
  return SAFE.test(literal) || (literal.length <= LONGEST && String(Number(literal)) === literal);
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

function startsNumber(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2d;
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    // Digits, sign, point and exponent; the text is known to be JSON, so this is enough to find the end.
    if (!startsNumber(code) && code !== 0x2b && code !== 0x2e && code !== 0x45 && code !== 0x65) return at;
    at += 1;
  }
}
