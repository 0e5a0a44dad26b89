/**
 * The request's header lines. All that does not change from attempt to attempt is made once per endpoint.
 *
 * A configured header replaces ours of the same name, whatever its case, and is sent as it is written, one
 * line per value. (The registry appends instead, which gives two `Content-Type` lines of which most receivers
 * read only the first.) Names that belong to the connection are not taken from the configuration.
 */
import { isTest } from '@longshore/event';
import { CONNECTION_HEADERS, isHeaderName, isHeaderValue } from '../header-rules.js';
import type { Outgoing } from './outgoing.js';

/** `[name, value, name, value, …]`; a name may come more than once. */
export type HeaderLines = string[];

/** Values that are no secrets, so that the rest of an answer stays readable. */
const PUBLIC_HEADERS = new Set(['content-type', 'user-agent', 'accept', 'accept-encoding', 'cache-control']);

/** What the lines of one attempt say about it. */
export interface Described extends Pick<Outgoing, 'deliveries' | 'contentType' | 'headers'> {
  /** The `Idempotency-Key`. */
  key: string;
  /** From 1. */
  attempt: number;
  /** In place of the `Authorization` of the url. */
  authorization?: string;
  /** Of the signature, by name. */
  signature?: Readonly<Record<string, string>>;
  /** Of the trace, by name. */
  trace?: Readonly<Record<string, string>>;
}

const CHANGING: readonly [name: string, value: (described: Described) => string | undefined][] = [
  ['Content-Type', ({ contentType }) => contentType || undefined],
  ['Idempotency-Key', ({ key }) => key],
  ['X-Longshore-Delivery', ({ deliveries: { length }, key }) => (length > 1 ? undefined : key)],
  ['X-Longshore-Batch', ({ deliveries: { length } }) => (length > 1 ? String(length) : undefined)],
  ['X-Longshore-Test', ({ deliveries }) => (deliveries.every(isTest) ? '1' : undefined)],
  ['X-Longshore-Attempt', ({ attempt }) => String(attempt)],
];

/** The header lines of an endpoint, as far as they are known beforehand. */
export interface HeaderPlan {
  /** The lines of one attempt. */
  lines(described: Described): HeaderLines;
  /** Set when a configured header cannot be sent: names the header, never its value. */
  problem?: string;
  /** Configured values, of which each may be a secret. */
  secrets: string[];
}

/** `host`: as the registry sends it. `authorization`: made from the url’s userinfo; sent unless one is configured. */
export function planHeaders(
  configured: Record<string, string[]>,
  own: { host?: string; userAgent: string; authorization?: string; proxyAuthorization?: string },
): HeaderPlan {
  const taken = Object.entries(configured).filter(([name]) => !CONNECTION_HEADERS.has(name.toLowerCase()));
  const replaced = new Set(taken.map(([name]) => name.toLowerCase()));
  const fixed: HeaderLines = own.host === undefined ? [] : ['Host', own.host];
  if (own.authorization !== undefined && !replaced.has('authorization')) {
    fixed.push('Authorization', own.authorization);
  }
  if (own.proxyAuthorization !== undefined && !replaced.has('proxy-authorization')) {
    fixed.push('Proxy-Authorization', own.proxyAuthorization);
  }
  for (const [name, values] of taken) {
    for (const value of values) fixed.push(name, asBytes(value));
  }

  const userAgent = replaced.has('user-agent') ? [] : ['User-Agent', own.userAgent];
  const changing = CHANGING.filter(([name]) => !replaced.has(name.toLowerCase()));
  return {
    problem: problemIn(taken),
    secrets: taken.flatMap(([name, values]) => (PUBLIC_HEADERS.has(name.toLowerCase()) ? [] : values)),
    lines(described) {
      const lines: HeaderLines = [];
      for (const [name, valueFor] of changing) {
        const value = valueFor(described);
        if (value !== undefined) lines.push(name, value);
      }
      const { authorization, headers = {}, signature = {}, trace = {} } = described;
      if (!('User-Agent' in headers)) lines.push(...userAgent);
      const more = Object.entries({
        ...headers,
        ...(authorization && { Authorization: authorization }),
        ...signature,
        ...trace,
      });
      for (const [name, value] of more) {
        if (!replaced.has(name.toLowerCase())) lines.push(name, asBytes(value));
      }
      return lines.concat(fixed);
    },
  };
}

/** undici writes a header as Latin-1; the registry sends the bytes of the configuration, which are UTF-8. */
function asBytes(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}

function problemIn(headers: [name: string, values: string[]][]): string | undefined {
  for (const [name, values] of headers) {
    if (!isHeaderName(name)) return `${JSON.stringify(name.slice(0, 64))} is not a header name`;
    if (!values.every(isHeaderValue)) {
      return `a value of the header ${name} holds a line break or another control character`;
    }
  }
  return undefined;
}
