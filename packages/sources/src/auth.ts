/**
 * Does a request hold a secret of the source that it is for? Any configured method that matches is enough,
 * and any of its secrets, so that they can be changed one side after the other.
 *
 * A method that is there without a usable secret refuses everything: a variable that came out empty must not
 * open the door. Only `auth` without any method lets everybody in. Methods see the whole request, so one that
 * signs the body or reads the query is one more row in `METHODS`.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { RawRequest } from './port.js';

/** A source's `auth` with its secret references resolved. Several secrets of one method: any of them. */
export interface ResolvedAuth {
  /** `Authorization: Bearer <secret>`. */
  bearer?: readonly string[];
  /** `Authorization: Basic`: passwords by user. */
  basic?: Readonly<Record<string, readonly string[]>>;
  /** The whole value of a header, by name: `{ authorization: ['secret'] }` for a registry that sends no scheme. */
  header?: Readonly<Record<string, readonly string[]>>;
}

/** `proved`: a secret matched. `open`: none is asked for. */
export type Verdict = 'proved' | 'open' | 'refused';

/** Judges a request by the secrets that it holds. Reads headers, query and body; changes nothing. */
export type Verifier = (raw: RawRequest) => Verdict;

type Check = (raw: RawRequest) => boolean;

const METHODS: { [M in keyof ResolvedAuth]-?: (secrets: NonNullable<ResolvedAuth[M]>) => Check } = {
  bearer(secrets) {
    const isSecret = matcherOf(secrets);
    return (raw) => isSecret(credentials(raw, 'bearer'));
  },
  basic(users) {
    const pairs = Object.entries(users).flatMap(([user, passwords]) =>
      passwords.filter((password) => password !== '').map((password) => `${user}:${password}`),
    );
    const isSecret = matcherOf(pairs);
    return (raw) => isSecret(Buffer.from(credentials(raw, 'basic') ?? '', 'base64'));
  },
  header(headers) {
    const checks = Object.entries(headers).map(([name, secrets]): Check => {
      const isSecret = matcherOf(secrets);
      return (raw) => [raw.headers[name.toLowerCase()]].flat().some(isSecret);
    });
    return (raw) => checks.some((check) => check(raw));
  },
};

/** Hashes the secrets once; the verifier hashes what a request presents and compares in constant time. */
export function createVerifier(auth: ResolvedAuth = {}): Verifier {
  const checks: Check[] = [];
  if (auth.bearer) checks.push(METHODS.bearer(auth.bearer));
  if (auth.basic) checks.push(METHODS.basic(auth.basic));
  if (auth.header) checks.push(METHODS.header(auth.header));
  if (checks.length === 0) return () => 'open';
  return (raw) => (checks.some((check) => check(raw)) ? 'proved' : 'refused');
}

/** Digests have one length, so the comparison does not tell how long a secret is. */
function matcherOf(secrets: readonly string[]): (presented: string | Buffer | undefined) => boolean {
  const digests = secrets.map(digestOf);
  const isSecret = (presented: string | Buffer) => {
    const digest = digestOf(presented);
    return digests.reduce((found, known) => timingSafeEqual(known, digest) || found, false);
  };
  return (presented) => {
    // Nothing is no secret, even if one of them came out empty.
    if (presented === undefined || presented.length === 0) return false;
    if (isSecret(presented)) return true;
    // Node reads a header's bytes as Latin-1; a secret beyond ASCII was most likely sent as UTF-8.
    return (
      typeof presented === 'string' &&
      BEYOND_ASCII.test(presented) &&
      isSecret(Buffer.from(presented, 'latin1'))
    );
  };
}

/** Characters that a byte of a header can be and that UTF-8 writes with two; no others. */
const BEYOND_ASCII = /^[\0-\xff]*[\x80-\xff][\0-\xff]*$/;

function digestOf(secret: string | Buffer): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** What follows the scheme in `Authorization`; Node keeps the first of several such headers. */
function credentials(raw: RawRequest, scheme: 'bearer' | 'basic'): string | undefined {
  const [header] = [raw.headers.authorization].flat();
  const [, name, value] = /^(\w+) +(.*)$/.exec(header ?? '') ?? [];
  return name?.toLowerCase() === scheme ? value : undefined;
}
