/**
 * Text from outside, made safe to show: what a terminal, a browser or a reader's eye would act on is written out
 * as an escape. This is the only list of such characters: log lines, pages, answers and commands all use it.
 */

/** Printable ASCII alone needs no escape; most lines are, and this test is the cheap one. */
const PLAIN = /^[\x20-\x7e]*$/;
const PLAIN_LINES = /^[\t\n\x20-\x7e]*$/;

/**
 * Control characters (C0, DEL, C1), format characters (which turn the direction of a text or have no width),
 * and the two line separators of Unicode.
 */
const ACTING = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** The same without tab and line feed. */
const ACTING_IN_LINES = /[^\P{Cc}\t\n]|[\p{Cf}\u2028\u2029]/gu;

/** As in JSON: `\u009b`. A character beyond U+FFFF becomes two escapes, so that JSON stays JSON. */
function escapeOf(char: string): string {
  return Array.from({ length: char.length }, (_, at) => unitEscape(char.charCodeAt(at))).join('');
}

const unitEscape = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;

/** On one line: each control or format character as `\u001b`. */
export function printable(text: string): string {
  return PLAIN.test(text) ? text : text.replace(ACTING, escapeOf);
}

/** The same for a text of several lines, which keeps its tabs and line feeds; a line of JSON stays the same JSON. */
export function printableLines(text: string): string {
  return PLAIN_LINES.test(text) ? text : text.replace(ACTING_IN_LINES, escapeOf);
}

/** Characters of a name, path or detail from outside that a log line or an answer repeats. */
export const MOST_SHOWN = 200;

/** A text is read no further than this many times what is shown of it, so that length costs nothing. */
const READ_AHEAD = 10;

/**
 * On one line, with single spaces, and no longer than `most` characters: then `…`. For a name, path or message from
 * outside in a log line or an answer.
 */
export function excerpt(text: string, most = MOST_SHOWN): string {
  const begin = text.slice(0, most * READ_AHEAD);
  const shown = printable(begin.replace(/\s+/g, ' ').trim());
  if (shown.length <= most && begin.length === text.length) return shown;
  return `${shown.slice(0, most).replace(CUT_ESCAPE, '')}…`;
}

/** What a cut leaves of an escape or of a surrogate pair. */
const CUT_ESCAPE = /(?:\\u?[\da-f]{0,3}|[\ud800-\udbff])$/;
