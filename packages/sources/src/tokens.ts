/**
 * Removes signed tokens (RFC 7515) from a body that could not be read, in time linear in its length. A regular
 * expression tries every `eyJ` of a long word again and takes hours for a megabyte of them; this looks at each
 * byte once.
 */
import { QUARANTINED_BODY_BYTES } from '@longshore/event';

/** How a header in base64url begins: `{"`. */
const START = Buffer.from('eyJ');
/** Bytes of a header behind {@link START}, at least. */
const LEAST = 8;
const REMOVED = Buffer.from('removed');
const DOT = 0x2e;

/** By byte: may it be in a part of a token? Letters, digits, `_` and `-`. */
const IS_WORD = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[\w-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/**
 * The body with `removed` in place of each token, also of one that was cut off behind its first dot. GitLab's
 * events hold tokens, and what is kept must not hold a key to the registry. The same buffer when there is none.
 */
export function withoutTokens(body: Buffer): Buffer {
  let out: Buffer | undefined;
  let copied = 0;
  let length = 0;
  for (let at = body.indexOf(START); at >= 0; ) {
    const word = endOf(body, at + START.length, false);
    // No later start in this word can succeed either: its header is shorter, and the same byte follows.
    let end = word;
    if (word - at - START.length >= LEAST && body[word] === DOT) {
      end = endOf(body, word, true);
      // Never longer than the body: the shortest token is longer than what replaces it.
      out ??= Buffer.allocUnsafe(body.length);
      length = append(out, length, body, copied, at);
      length = append(out, length, REMOVED, 0, REMOVED.length);
      copied = end;
    }
    at = nextStart(body, end);
  }
  if (out === undefined) return body;
  length = append(out, length, body, copied, body.length);
  return out.subarray(0, length);
}

/** A body as quarantine keeps it: cut first, which bounds the work, then without tokens. */
export function quarantinable(body: Buffer): { body: Buffer; bytes?: number } {
  const kept = withoutTokens(body.subarray(0, QUARANTINED_BODY_BYTES));
  return body.length > QUARANTINED_BODY_BYTES ? { body: kept, bytes: body.length } : { body: kept };
}

/** A loop, because a call of `copy` for each of a million tokens takes seconds. Returns the new length. */
function append(out: Buffer, length: number, from: Buffer, start: number, end: number): number {
  let to = length;
  for (let at = start; at < end; at += 1) out[to++] = from[at] ?? 0;
  return to;
}

/** A loop, for the same reason: not `indexOf`. -1 when there is none. */
function nextStart(bytes: Buffer, from: number): number {
  const [e, y, J] = START;
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === e && bytes[at + 1] === y && bytes[at + 2] === J) return at;
  }
  return -1;
}

function endOf(bytes: Buffer, start: number, dots: boolean): number {
  let at = start;
  while (at < bytes.length && (IS_WORD[bytes[at] ?? 0] === 1 || (dots && bytes[at] === DOT))) at += 1;
  return at;
}
