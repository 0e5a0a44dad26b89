/**
 * A url for display: without its userinfo, its query, and the parts of its path that look like tokens (many chat
 * services put the secret there). The rest identifies the receiver, and is the path as it is sent.
 */
import { maskedPath, readHttpUrl } from '../http-url.js';
import type { Secret } from '../secret.js';

const MASK = '***';

/** The reference when the url is one, else the url with its secrets masked. */
export function maskedUrl(url: Secret): string {
  if (url.reference !== undefined) return url.reference;
  const text = url.reveal();
  if (text === '') return '';
  const read = readHttpUrl(text);
  if (!('fault' in read)) {
    const [path = '', query] = read.path.split('?', 2);
    const userinfo = read.userinfo === undefined ? '' : `${MASK}@`;
    const scheme = read.secure ? 'https' : 'http';
    return `${scheme}://${userinfo}${read.authority}${maskedPath(path)}${query ? `?${MASK}` : ''}`;
  }
  if (!URL.canParse(text)) return MASK;
  const { protocol, username, password, host, pathname, search } = new URL(text);
  const userinfo = username === '' && password === '' ? '' : `${MASK}@`;
  const query = search === '' ? '' : `?${MASK}`;
  // Without a host (mailto:, data: …) nothing tells what is secret.
  return host === ''
    ? `${protocol}${MASK}`
    : `${protocol}//${userinfo}${host}${maskedPath(pathname)}${query}`;
}
