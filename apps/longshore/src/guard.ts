/**
 * What every listener asks of a request before anything else: was it sent to this listener, and not by the page of
 * another site. Without a secret "only this machine can connect" is all the protection there is, and a browser on
 * this machine runs other people's pages.
 *
 * - **Host** (RFC 9110, 7.2): a page whose DNS name was changed to 127.0.0.1 (DNS rebinding) asks by that name. On
 *   loopback without a secret only names of this machine and those in `NAME.hosts` are answered.
 * - **Origin, Sec-Fetch-Site** (Fetch, 3.2; Fetch Metadata): a browser says which site sent the request, and adds
 *   passwords that it remembers. Requests of other sites are refused with a secret too, but for links that a person
 *   follows. No registry and no probe sends either header.
 */
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '@longshore/config';
import { type ErrorCode, excerpt } from '@longshore/event';

/** A listener's name: its group in the configuration. */
export type ListenerName = 'ingest' | 'dashboard' | 'admin';

/** What a listener asks of requests. Its functions are called at each request: they follow the configuration. */
export interface GuardOptions {
  /** Whether a secret is asked for, whatever the path. */
  hasSecret(): boolean;
  /** The setting `NAME.hosts`: names in lower case. */
  hosts(): readonly string[];
  /** It has pages, so that a browser sends changes from these only. */
  hasPages?: boolean;
}

/** Why a request is not passed on. */
export interface Refusal {
  status: 400 | 403 | 421;
  code: ErrorCode;
  /** Safe to answer and to log: bounded, on one line. Names the setting. */
  message: string;
}

/** Says why a request is refused; undefined when it is not. */
export type Guard = (request: IncomingMessage) => Refusal | undefined;

/** How containers call the machine that they run on. */
const CONTAINER_HOST_NAMES = ['host.docker.internal', 'host.containers.internal'];

/** Host and port of a URL. User names, paths and blanks are not part of it. */
const AUTHORITY = /^(\[[\da-f:.]{2,45}\]|[\w.-]{1,255})(?::\d{0,5})?$/i;

/** The authority of a target in absolute form. */
const ABSOLUTE_TARGET = /^https?:\/\/([^/?#]*)/i;

/** @param isLocal whether only this machine can connect to the listener */
export function createGuard(name: ListenerName, isLocal: boolean, options: GuardOptions): Guard {
  const { hasSecret, hosts, hasPages = false } = options;
  return (request) => {
    const authorities = authoritiesOf(request);
    if (authorities === undefined) return unclear();
    if (isLocal && !hasSecret()) {
      const other = authorities.find((authority) => !isNamed(authority, hosts()));
      if (other !== undefined) return otherHost(name, other);
    }
    return isOfOtherSite(request, authorities[0], hosts(), hasPages) ? otherSite(name) : undefined;
  };
}

/**
 * To whom the request was sent, the one that counts first: of a target in absolute form its own authority, else
 * `Host`. None at all only in HTTP/1.0, which probes speak and no browser. Undefined when it is not known.
 */
function authoritiesOf({ url = '', headersDistinct, httpVersion }: IncomingMessage): string[] | undefined {
  const given = headersDistinct.host ?? [];
  if (given.length > 1 || (given.length === 0 && httpVersion !== '1.0')) return undefined;
  if (url.startsWith('/') || url === '*') return given;
  const target = ABSOLUTE_TARGET.exec(url)?.[1];
  return target === undefined ? undefined : [target, ...given];
}

function isNamed(authority: string, hosts: readonly string[]): boolean {
  const host = hostOf(authority);
  if (host === undefined) return false;
  return isLoopback(host) || CONTAINER_HOST_NAMES.includes(host) || hosts.includes(host);
}

/** In lower case, without port and the dot of the DNS root; an IPv6 address in its shortest form, in brackets. */
function hostOf(authority: string): string | undefined {
  const host = AUTHORITY.exec(authority)?.[1]?.toLowerCase();
  if (host === undefined || !host.startsWith('[')) return host?.replace(/\.$/, '');
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined;
}

function isOfOtherSite(
  request: IncomingMessage,
  authority: string | undefined,
  hosts: readonly string[],
  hasPages: boolean,
): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && !isOwnOrigin(origin, authority, hosts)) return true;
  if (site === undefined || site === 'same-origin') return false;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  // `none`: typed, or out of a bookmark. A change comes from a page.
  if (site === 'none') return hasPages && !isRead;
  return !(request.method === 'GET' && isNavigation(request));
}

/** A link that opens a page of its own. The site with the link sees nothing of it, as it would of a frame. */
function isNavigation({ headers }: IncomingMessage): boolean {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': dest = 'document' } = headers;
  return mode === 'navigate' && dest === 'document';
}

/** The scheme is not compared: TLS may end in front of Longshore. `null` is the origin of a page that hides it. */
function isOwnOrigin(origin: string, authority: string | undefined, hosts: readonly string[]): boolean {
  if (!/^https?:/.test(origin) || !URL.canParse(origin)) return false;
  const { protocol, host, hostname } = new URL(origin);
  // A proxy in front may put its own name for Longshore into Host; the configuration has the one that people use.
  if (hosts.includes(hostname)) return true;
  if (authority === undefined || !AUTHORITY.test(authority)) return false;
  const own = `${protocol}//${authority}`;
  return URL.canParse(own) && new URL(own).host === host;
}

const unclear = (): Refusal => ({
  status: 400,
  code: 'REQUEST_INVALID',
  message: 'the request does not say to which host it was sent: send one Host header',
});

function otherHost(name: ListenerName, authority: string): Refusal {
  const secret = name === 'admin' ? '' : `, or set ${name}.auth`;
  const message = `the request was sent to ${excerpt(authority) || 'no host'}. Without a secret ${name} answers on loopback only to localhost, 127.0.0.1 and other names of this machine: add the name to ${name}.hosts${secret}`;
  return { status: 421, code: 'REQUEST_HOST', message };
}

const otherSite = (name: ListenerName): Refusal => ({
  status: 403,
  code: 'REQUEST_REFUSED',
  message: `a page of another site sent the request; it was not carried out. If the page is Longshore’s own behind a proxy, add the proxy’s host name to ${name}.hosts`,
});
