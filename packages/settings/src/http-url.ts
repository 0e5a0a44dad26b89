/**
 * A url as the registry's notifier reads and sends it: `@longshore/settings/http-url`. The sinks post by this
 * reading, and the configuration checks by it.
 *
 * Not the reading of browsers (`new URL`), which resolves `..`, even written as `%2e%2e`, and repairs what is
 * wrong: a receiver would get another path than from the registry. Source: Go 1.26, net/url/url.go and
 * net/http/request.go; a table of what Go sent is in http-url.test.ts.
 *
 * Differs on purpose: a space in the query is sent as `%20`, where Go sends a request line that no server
 * reads; a stray `%` in the userinfo is a character of the password, where Go refuses the url.
 */
import { isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** A url that can be posted to, taken apart. */
export interface HttpUrl {
  secure: boolean;
  /** Name or address to connect to: in lower case, without brackets, with the zone of an IPv6 address. */
  host: string;
  port: number;
  /** For the `Host` header, and for the url that a proxy is asked for: as written, without a zone. */
  authority: string;
  /** Path and query, for the request line. */
  path: string;
  /** As written; undefined without an `@`. */
  userinfo?: string;
}

/** Why a url cannot be posted to, in words that follow its name: "is …", "has …". Quotes no secret. */
export interface UrlFault {
  fault: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Go refuses these anywhere in a url
const CONTROL = /[\x00-\x1f\x7f]/;
/** Shown in an error; anything else could be part of a secret that was written to the wrong place. */
const KNOWN_SCHEMES = new Set(['amqp', 'file', 'ftp', 'kafka', 'nats', 'redis', 'tcp', 'unix', 'ws', 'wss']);
const HIGHEST_PORT = 65_535;
/** With one of these in a path Go decodes and escapes the whole path. */
const NOT_IN_PATH = /[^\w!$&'()*+,;=:@[\]\-.~/%]/;
/** What Go then escapes. */
const ESCAPED_IN_PATH = /[^\w$&+,/:;=@\-.~]/g;

/** Never throws. */
export function readHttpUrl(text: string): HttpUrl | UrlFault {
  if (text === '') return { fault: 'is missing or empty' };
  if (CONTROL.test(text)) return { fault: 'holds a line break, a tab or another control character' };
  const parts = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?/i.exec(text);
  if (parts === null) return { fault: 'does not start with http:// or https://' };
  const [, scheme = '', place = '', path = '', query = ''] = parts;
  if (!/^https?$/i.test(scheme)) {
    const named = KNOWN_SCHEMES.has(scheme.toLowerCase()) ? `the scheme ${scheme}:` : 'another scheme';
    return { fault: `has ${named} where http: or https: is needed` };
  }
  const secure = scheme.toLowerCase() === 'https';
  const at = place.lastIndexOf('@');
  const where = readPlace(place.slice(at + 1), secure);
  if ('fault' in where) return where;
  const sent = pathAsGo(path);
  if (sent === undefined)
    return { fault: 'has a % in its path that no two hex digits follow; write it as %25' };
  const userinfo = at < 0 ? undefined : place.slice(0, at);
  return { secure, ...where, path: `${sent === '' ? '/' : sent}${queryAsGo(query)}`, userinfo };
}

type Place = Pick<HttpUrl, 'host' | 'port' | 'authority'>;

function readPlace(text: string, secure: boolean): Place | UrlFault {
  if (text.startsWith('[') && !text.includes(']'))
    return { fault: 'has an IPv6 address without its bracket ]' };
  const [, name = '', rest = ''] = /^(\[[^\]]*\]|[^:]*)(.*)$/.exec(text) ?? [];
  if (!/^(?::.*)?$/.test(rest)) return { fault: 'has an IPv6 address that nothing but a port may follow' };
  const written = rest.slice(1);
  const port = written === '' ? (secure ? 443 : 80) : Number(written);
  if (!/^\d*$/.test(written)) return { fault: portFault(written, name) };
  if (port < 1 || port > HIGHEST_PORT) {
    return { fault: `has the port ${written.slice(0, 8)}, which is out of range: 1 to ${HIGHEST_PORT}` };
  }
  const suffix = written === '' ? '' : `:${written}`;
  if (name.startsWith('[')) return readIpv6(name, port, suffix);
  if (name === '') return { fault: 'names no host' };
  if (/[\s\\|^%<>"{}`[\]]/.test(name))
    return { fault: 'has a character in its host that no host name holds' };
  const ascii = /^[\x21-\x7e]*$/.test(name) ? name : domainToASCII(name);
  if (ascii === '') return { fault: 'has a host that is no name and no address' };
  return { host: ascii.toLowerCase(), port, authority: `${ascii}${suffix}` };
}

/** The text behind a colon is not quoted: with a forgotten `@` it is a password. */
function portFault(written: string, name: string): string {
  if (isIPv6(`${name}:${written}`)) return 'has an IPv6 address without brackets; write [address]:port';
  return 'has a port that is no number. In a password #, / and ? are written as %23, %2F and %3F';
}

function readIpv6(bracketed: string, port: number, suffix: string): Place | UrlFault {
  const [address = '', zone] = bracketed.slice(1, -1).split(/%(?:25)?/, 2);
  if (isIP(address) !== 6) return { fault: 'has no IPv6 address in its brackets' };
  const host = zone === undefined ? address : `${address}%${percentDecoded(zone)}`;
  return { host, port, authority: `[${address}]${suffix}` };
}

/** As written where Go keeps it, else decoded and escaped by Go's rules. Undefined for a broken escape. */
function pathAsGo(path: string): string | undefined {
  if (/%(?![\da-f]{2})/i.test(path)) return undefined;
  if (!NOT_IN_PATH.test(path)) return path;
  const bytes = Buffer.from(path).toString('latin1');
  const decoded = bytes.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return decoded.replace(ESCAPED_IN_PATH, hexOf);
}

/** As written; characters beyond ASCII as the bytes of their UTF-8, one character for each, as undici sends them. */
const queryAsGo = (query: string): string => Buffer.from(query.replaceAll(' ', '%20')).toString('latin1');

const hexOf = (byte: string): string => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** A stray `%` is a character, not a reason to refuse the text. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const MASK = '***';

/** A path for people: the parts that look like tokens are masked, because many chat services put the secret there. */
export function maskedPath(path: string): string {
  return path
    .split('/')
    .map((part) => (looksLikeToken(part) ? MASK : part))
    .join('/');
}

/** Long, with letters and digits mixed, or very long: hardly a word of a path. */
function looksLikeToken(part: string): boolean {
  const mixed = /\d/.test(part) && /[a-z]/i.test(part);
  return part.length >= 40 || (mixed && part.length >= 16) || /^[0-9a-f]{16,}$/i.test(part);
}

/** An IPv6 address without its zone: of `fe80::1%eth0` it is `fe80::1`. */
export function withoutZone(host: string): string {
  return host.split('%', 1)[0] ?? host;
}
