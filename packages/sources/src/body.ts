/**
 * Raw bytes into a JSON value. Strict about what JSON is (RFC 8259: UTF-8), lenient about a byte order mark,
 * which some senders put in front. A body that is not JSON is a value too: the reason.
 */
import { isUtf8 } from 'node:buffer';
import { isDeeperThan } from '@longshore/event';
import { formPayload, formType } from './form.js';
import type { Kind, RawRequest } from './port.js';

/** What the bytes of a body came to. */
export type Body =
  | { state: 'json'; value: unknown; text: string }
  /** Nothing but white space: how several registries test a webhook. */
  | { state: 'empty' }
  | { state: 'unreadable'; reason: string };

const BYTE_ORDER_MARK = 0xfeff;

/** `JSON.parse` reads any depth, but takes seconds for a body that consists of little else. */
const MAX_DEPTH = 10_000;
/** A smaller body is read in no time whatever it is. */
const SUSPICIOUS_SIZE = 64 * 1024;

/** Never throws: what cannot be read says so, in words that hold nothing of the body. */
export function decodeBody(bytes: Buffer): Body {
  if (!isUtf8(bytes)) return { state: 'unreadable', reason: 'the body is not UTF-8' };
  if (bytes.length > SUSPICIOUS_SIZE && isDeeperThan(MAX_DEPTH, bytes)) {
    return { state: 'unreadable', reason: `the body is nested deeper than ${MAX_DEPTH} levels` };
  }
  const decoded = bytes.toString('utf8');
  const text = decoded.charCodeAt(0) === BYTE_ORDER_MARK ? decoded.slice(1) : decoded;
  try {
    return { state: 'json', value: JSON.parse(text), text };
  } catch {
    // The parser's message quotes the body, so it goes no further.
    if (text.trim() === '') return { state: 'empty' };
    return { state: 'unreadable', reason: 'the body is not JSON' };
  }
}

/**
 * What a request of a kind came to when its bytes alone are not JSON: the JSON inside a form, if the kind's sender
 * posts forms, or the reason that names the header at fault.
 * @param body what {@link decodeBody} made of the bytes
 */
export function decodeRequest(body: Body, raw: RawRequest, kind?: Kind): Body {
  if (body.state !== 'unreadable') return body;
  if (raw.undecoded !== undefined) return { state: 'unreadable', reason: raw.undecoded };
  const type = formType(raw.headers);
  if (type === undefined) return encodingKept(raw) ?? body;
  if (!kind?.form) return { state: 'unreadable', reason: `the content type is ${type} instead of JSON` };
  const payload = formPayload(raw.headers, raw.body);
  if (payload) return decodeBody(payload);
  return {
    state: 'unreadable',
    reason: `the ${type} form has no readable field payload`,
  };
}

/** Of a request from quarantine, which was kept as it came: its bytes are still compressed. */
function encodingKept({ headers, body }: RawRequest): Body | undefined {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || isUtf8(body)) return undefined;
  return { state: 'unreadable', reason: 'the body could not be decompressed' };
}
