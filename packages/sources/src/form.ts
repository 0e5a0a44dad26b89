/**
 * Webhooks that come as a form: GitHub's default, and an option of Gitea. The event is JSON in the field `payload`.
 * Every other sender whose request has such a content type was set up wrongly, or is `curl -d`.
 */
import { headerOf, type RequestHead } from './request.js';

type Headers = RequestHead['headers'];

/** Content types of HTML forms, as they are written in lower case. */
const URLENCODED = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';

const FIELD = 'payload=';

/** The content type when it is one of a form, without its parameters. */
export function formType(headers: Headers): string | undefined {
  const type = headerOf({ headers }, 'content-type')?.split(';', 1)[0]?.trim().toLowerCase();
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

const [PLUS, SPACE] = [0x2b, 0x20];

/**
 * Undefined when an escape is cut or no hexadecimal. Works on Latin-1, where a character is a byte and `unescape` makes
 * one of each escape. `decodeURIComponent` takes a second for 32 MiB, `replaceAll` of its `+` half a minute.
 */
function unescaped(bytes: Buffer): Buffer | undefined {
  const text = Buffer.from(bytes.map((byte) => (byte === PLUS ? SPACE : byte))).toString('latin1');
  return /%(?![\da-f]{2})/i.test(text) ? undefined : Buffer.from(unescape(text), 'latin1');
}

/** Where the value of the field begins. Fields before it are skipped, not decoded. */
function fieldStart(body: Buffer): number | undefined {
  if (body.subarray(0, FIELD.length).equals(Buffer.from(FIELD))) return FIELD.length;
  const at = body.indexOf(`&${FIELD}`);
  return at < 0 ? undefined : at + 1 + FIELD.length;
}
