/**
 * The bytes of a file into text, as the registry's reader takes them: UTF-8, or UTF-16 with a byte order
 * mark (what some Windows editors save). A line with other bytes is refused and named.
 */
import { isUtf8 } from 'node:buffer';
import type { Issue } from './node.js';

/** The text, or where it stops to be text. */
export type Decoded = { text: string } | Issue;

const NEWLINE = 0x0a;

/** By the byte order mark; without one as UTF-8, which it has to be. */
export function decode(bytes: Buffer): Decoded {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes) };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes) };
  if (isUtf8(bytes)) return { text: new TextDecoder('utf-8').decode(bytes) };
  const message = 'not valid YAML: this line holds bytes that are not UTF-8. Save the file as UTF-8';
  return { message, origin: { line: firstBadLine(bytes), column: 1 } };
}

function firstBadLine(bytes: Buffer): number {
  let line = 1;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    line += 1;
    start = end + 1;
  }
}
