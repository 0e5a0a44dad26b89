/**
 * The part of a request that is kept on a disk or in quarantine: enough to read it again, and no secret. It does not
 * depend on the kind of the source alone: a request that came to a source of the wrong kind is read again under its
 * own, so the headers of all kinds are kept.
 */
import { decodeBody } from './body.js';
import { isEnvelope } from './kinds/distribution/envelope.js';
import { KINDS } from './kinds/index.js';
import type { RequestHead } from './request.js';
import { withoutTokens } from './tokens.js';

/** Read for every kind: they say whether the body is a form, and whether it is compressed. */
export const COMMON_HEADERS = ['content-type', 'content-encoding'];
/** Not read again. They help an operator to find the request in its sender's log. */
const SENDER_HEADERS = ['user-agent', 'x-request-id'];

/** Is the header one of these? A name that ends in `*` stands for all that begin so. Names are in lower case. */
export function headerTest(names: readonly string[]): (header: string) => boolean {
  const exact = new Set(names);
  const prefixes = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (header) => exact.has(header) || prefixes.some((prefix) => header.startsWith(prefix));
}

const readHeaders = KINDS.flatMap(({ headers = [] }) => headers);
const isKept = headerTest([...COMMON_HEADERS, ...SENDER_HEADERS, ...readHeaders]);
const isIdentity = headerTest(KINDS.flatMap(({ idHeaders = [] }) => idHeaders));

/** The headers that some kind reads, and no others: a header of any other name may hold a secret. */
export function storableHeaders(headers: RequestHead['headers']): Record<string, string> {
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && isKept(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

/**
 * The id that a sender puts into the headers of a request; undefined where it puts none. Two requests with equal
 * bodies are two events if these differ: two pushes of one tag, for example.
 */
export function headerIdentity(headers: Readonly<Record<string, string>>): string | undefined {
  const ids = Object.entries(headers).filter(([name]) => isIdentity(name));
  return ids.length > 0 ? JSON.stringify(ids.sort()) : undefined;
}

/**
 * The body without the keys to other systems that some senders put into it. It is read as the same events. A body that
 * no kind recognizes, or that came to a source of the wrong kind, loses everything that looks like a signed token.
 */
export function storableBody(kind: string, body: Buffer): Buffer {
  const known = KINDS.find((candidate) => candidate.kind === kind);
  if (known?.storable) return known.storable(body);
  return known && !mayHoldToken(body) ? body : withoutTokens(body);
}

/** Only the registry's envelope can hold GitLab's token. The body is parsed only if it has something like one. */
function mayHoldToken(bytes: Buffer): boolean {
  if (!bytes.includes('eyJ')) return false;
  const body = decodeBody(bytes);
  return body.state !== 'json' || isEnvelope(body.value);
}
