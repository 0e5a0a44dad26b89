/**
 * A url for people: without its userinfo, without its query, and without the parts of its path
 * that look like tokens (many chat services put the secret there). What stays tells which receiver it is.
 */
import type { Secret } from '../secret.js';

const MASK = '***';

/** The reference when the url is one, else the url with its secrets masked. */
export function maskedUrl(url: Secret): string {
  if (url.reference !== undefined) return url.reference;
  const text = url.reveal();
  if (text === '') return '';
  if (!URL.canParse(text)) return MASK;
  const { protocol, username, password, host, pathname, search } = new URL(text);
  const userinfo = username === '' && password === '' ? '' : `${MASK}@`;
  const path = pathname.split('/').map((part) => (looksLikeToken(part) ? MASK : part));
  const query = search === '' ? '' : `?${MASK}`;
  // Without a host (mailto:, data: …) nothing tells what is secret.
  return host === '' ? `${protocol}${MASK}` : `${protocol}//${userinfo}${host}${path.join('/')}${query}`;
}

/** Long, with letters and digits mixed, or very long: hardly a word of a path. */
function looksLikeToken(part: string): boolean {
  const mixed = /\d/.test(part) && /[a-z]/i.test(part);
  return part.length >= 40 || (mixed && part.length >= 16) || /^[0-9a-f]{16,}$/i.test(part);
}
