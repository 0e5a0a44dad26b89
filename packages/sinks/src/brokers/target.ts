/** Where a broker is: its url, taken apart once. User, password and query are never shown. */
import type { Target } from '../http/target.js';

/** A scheme of a kind's urls. */
export interface Scheme {
  /** TLS from the first byte, or right behind the broker's greeting. */
  secure: boolean;
  port: number;
}

/** See the header. */
export interface BrokerTarget extends Target {
  user: string;
  password: string;
  /** Path without its first slash, decoded: a database, a virtual host. */
  name: string;
}

/** Why a url cannot be used, in words that follow its name. */
export interface BadUrl {
  fault: string;
}

/** Never throws. */
export function brokerTarget(text: string, schemes: Readonly<Record<string, Scheme>>): BrokerTarget | BadUrl {
  const names = Object.keys(schemes);
  const wanted = names.map((name) => `${name}://`).join(' or ');
  if (text === '') return { fault: 'is missing or empty' };
  if (!URL.canParse(text)) return { fault: `is no url; write ${wanted}` };
  const url = new URL(text);
  const scheme = schemes[url.protocol.slice(0, -1)];
  if (!scheme) return { fault: `does not start with ${wanted}` };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (host === '') return { fault: 'names no host' };
  const port = Number(url.port) || scheme.port;
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const password = decoded(url.password);
  return {
    secure: scheme.secure,
    ...{ host, port, place, password, authority: place, path: '/' },
    origin: `${url.protocol}//${place}`,
    user: decoded(url.username),
    name: decoded(url.pathname.replace(/^\//, '')),
    secrets: [password, url.password, ...url.searchParams.values()],
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
