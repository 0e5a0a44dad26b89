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
  const written = body.toString('latin1', start, end < 0 ? body.length : end);
  try {
    return Buffer.from(decodeURIComponent(written.replaceAll('+', ' ')));
  } catch {
    return undefined; // an escape that is cut or no UTF-8
  }
}

/** Where the value of the field begins. Fields before it are skipped, not decoded. */
function fieldStart(body: Buffer): number | undefined {
  if (body.subarray(0, FIELD.length).equals(Buffer.from(FIELD))) return FIELD.length;
  const at = body.indexOf(`&${FIELD}`);
  return at < 0 ? undefined : at + 1 + FIELD.length;
}
