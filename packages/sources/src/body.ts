/**
 * Raw bytes into a JSON value. Strict about what JSON is (RFC 8259: UTF-8), lenient about a byte order mark,
 * which some senders put in front. A body that is not JSON is a value too: the reason.
 */
import { isUtf8 } from 'node:buffer';
import { isDeeperThan } from '@longshore/event';
import { formPayload, formType } from './form.js';
import type { Kind } from './kind.js';
import type { RawRequest } from './request.js';

/** The result of decoding a body. */
export type Body =
  | { state: 'json'; value: unknown; text: string }
  /** Nothing but white space: how several registries test a webhook. */
  | { state: 'empty' }
  | { state: 'unreadable'; reason: string };

const BYTE_ORDER_MARK = 0xfeff;

/**
 * The only limit of depth: what passes it can be read and written by recursion. A real event has about ten levels.
 * `JSON.parse` takes seconds for a body that consists of brackets, and `JSON.stringify` overflows at some thousand.
 */
const MAX_DEPTH = 256;

/** Never throws: the reason for a body that cannot be read holds nothing of the body. */
export function decodeBody(bytes: Buffer): Body {
  if (!isUtf8(bytes)) return { state: 'unreadable', reason: 'the body is not UTF-8' };
  const decoded = bytes.toString('utf8');
  const text = decoded.charCodeAt(0) === BYTE_ORDER_MARK ? decoded.slice(1) : decoded;
  if (hasManyBrackets(text) && isDeeperThan(MAX_DEPTH, text)) {
    return { state: 'unreadable', reason: `the body is nested deeper than ${MAX_DEPTH} levels` };
  }
  try {
    return { state: 'json', value: JSON.parse(text), text };
  } catch {
    // The parser's message quotes the body, so it goes no further.
    if (text.trim() === '') return { state: 'empty' };
    return { state: 'unreadable', reason: 'the body is not JSON' };
  }
}

/** Without, it cannot be deep. Costs a tenth of looking at each character, for a body that is an event. */
function hasManyBrackets(text: string): boolean {
  let count = 0;
  for (const bracket of '[{') {
    let at = text.indexOf(bracket);
    for (; at >= 0 && count <= MAX_DEPTH; count += 1) at = text.indexOf(bracket, at + 1);
  }
  return count > MAX_DEPTH;
}

/**
 * The result for a request of a kind whose bytes alone are not JSON: the JSON inside a form, if the kind's sender
 * posts forms, or the reason that names the header at fault.
 * @param body the result of {@link decodeBody}
 */
export function decodeRequest(body: Body, raw: RawRequest, kind?: Kind): Body {
  if (body.state !== 'unreadable') return body;
  if (kind?.lines && isUtf8(raw.body))
    return { state: 'json', value: undefined, text: raw.body.toString('utf8') };
  if (raw.undecoded !== undefined) return { state: 'unreadable', reason: raw.undecoded };
  const type = formType(raw.headers);
  if (type === undefined) {
    // A request from quarantine, which was kept as it came: its bytes are still compressed.
    const isEncoded = raw.headers['content-encoding'] !== undefined && !isUtf8(raw.body);
    return isEncoded ? { state: 'unreadable', reason: 'the body could not be decompressed' } : body;
  }
  if (!kind?.form) return { state: 'unreadable', reason: `the content type is ${type} instead of JSON` };
  const payload = formPayload(raw.headers, raw.body);
  if (payload) return decodeBody(payload);
  return { state: 'unreadable', reason: `the ${type} form has no readable field payload` };
}
