/**
 * Webhooks that come as a form: GitHub's default, and an option of Gitea. The event is JSON in the field `payload`.
 * Every other sender whose request has such a content type was set up wrongly, or is `curl -d`.
 */
import type { RequestHead } from './request.js';

type Headers = RequestHead['headers'];

/** Content types of HTML forms, as they are written in lower case. */
const URLENCODED = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';

const FIELD = 'payload=';

/** The content type when it is one of a form, without its parameters. */
export function formType({ 'content-type': header }: Headers): string | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  const type = value?.split(';', 1)[0]?.trim().toLowerCase();
  return type === URLENCODED || type === MULTIPART ? type : undefined;
}

/** The bytes of the field `payload`; undefined when the body is no such form, or the field cannot be decoded. */
export function formPayload(headers: Headers, body: Buffer): Buffer | undefined {
  if (formType(headers) !== URLENCODED) return undefined;
  const start = fieldStart(body);
  if (start === undefined) return undefined;
  const end = body.indexOf('&', start);
  return unescaped(body.subarray(start, end < 0 ? body.length : end));
}

const [PLUS, SPACE, PERCENT] = [0x2b, 0x20, 0x25];

/**
 * Byte by byte: `decodeURIComponent` takes a second for a body of 32 MiB, `replaceAll` of its `+` half a minute.
 * Undefined when an escape is cut or no hexadecimal. Whether the bytes are text is seen later.
 */
function unescaped(bytes: Buffer): Buffer | undefined {
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    let byte = bytes[at] ?? 0;
    if (byte === PLUS) byte = SPACE;
    else if (byte === PERCENT) {
      byte = 16 * hexDigit(bytes[at + 1]) + hexDigit(bytes[at + 2]);
      if (Number.isNaN(byte)) return undefined;
      at += 2;
    }
    out[length] = byte;
    length += 1;
  }
  return out.subarray(0, length);
}

function hexDigit(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN;
}

/** Where the value of the field begins. Fields before it are skipped, not decoded. */
function fieldStart(body: Buffer): number | undefined {
  if (body.subarray(0, FIELD.length).equals(Buffer.from(FIELD))) return FIELD.length;
  const at = body.indexOf(`&${FIELD}`);
  return at < 0 ? undefined : at + 1 + FIELD.length;
}
