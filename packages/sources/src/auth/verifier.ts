/**
 * Does a request hold a secret of its source? Any configured method that matches is enough,
 * and any of its secrets, so that they can be changed one side after the other.
 *
 * A method that is there without a usable secret refuses everything: a variable that came out empty must not
 * open the door. Only `auth` without any method accepts every request.
 *
 * All methods but `hmac` need no more than the head of a request, so most requests are refused before a byte of
 * their body is read. All but `oidc` and `hmac` answer at once.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { parsePath } from '../paths.js';
import type { RawRequest, RequestHead } from '../request.js';
import { type HmacAuth, type HmacFormat, hmacCheck, hmacFormat } from './hmac.js';
import type { OidcAuth } from './oidc.js';
import { oidcCheck } from './oidc-check.js';

/** A source's `auth` with its secret references resolved. Several secrets of one method: any of them. */
export interface ResolvedAuth {
  /** `Authorization: Bearer <secret>`. */
  bearer?: readonly string[];
  /** `Authorization: Basic`: passwords by user. */
  basic?: Readonly<Record<string, readonly string[]>>;
  /** The whole value of a header, by name: `{ authorization: ['secret'] }` for a registry that sends no scheme. */
  header?: Readonly<Record<string, readonly string[]>>;
  /** In the url, for senders that can send nothing else: `/sources/NAME/TOKEN`, `?token=`, `?access_token=`. */
  token?: readonly string[];
  /** A signature over the body. */
  hmac?: HmacAuth;
  /** A token of an OpenID Connect issuer. */
  oidc?: OidcAuth;
}

/**
 * What the head of a request says. `proved`: a secret matched. `open`: none is asked for. `signed`: it has a
 * signature, which only the body can confirm.
 */
export type Verdict = 'proved' | 'open' | 'signed' | 'refused';

/** Judges a request by the secrets that it holds; changes nothing. */
export interface Verifier {
  /** Rejects with LongshoreError `SOURCE_KEYS` when the keys of an issuer cannot be fetched. */
  judge(head: RequestHead): Verdict | Promise<Verdict>;
  /** For a request that was judged `signed`: is its signature one of its body? */
  isSigned(raw: RawRequest): Promise<boolean>;
}

type Check = (head: RequestHead) => boolean;

function bearerCheck(secrets: readonly string[]): Check {
  const isSecret = matcherOf(secrets);
  return (head) => isSecret(credentials(head, 'bearer'));
}

function basicCheck(users: NonNullable<ResolvedAuth['basic']>): Check {
  const isSecret = matcherOf(
    Object.entries(users).flatMap(([user, passwords]) =>
      passwords.filter((password) => password !== '').map((password) => `${user}:${password}`),
    ),
  );
  return (head) => isSecret(Buffer.from(credentials(head, 'basic') ?? '', 'base64'));
}

function headerCheck(headers: NonNullable<ResolvedAuth['header']>): Check {
  const checks = Object.entries(headers).map(([name, secrets]): Check => {
    const isSecret = matcherOf(secrets);
    return (head) => [head.headers[name.toLowerCase()]].flat().some(isSecret);
  });
  return (head) => checks.some((check) => check(head));
}

function tokenCheck(secrets: readonly string[]): Check {
  const isSecret = matcherOf(secrets);
  return ({ path, query }) => {
    const queried = ['token', 'access_token'].flatMap((name) => query?.getAll(name) ?? []);
    return [parsePath(path).token, ...queried].some(isSecret);
  };
}

/**
 * Hashes the secrets once; the verifier hashes what a request presents and compares in constant time.
 * @param signs how the kind of the source signs
 */
export function createVerifier(auth: ResolvedAuth = {}, signs?: HmacFormat): Verifier {
  const methods = [
    auth.bearer && bearerCheck(auth.bearer),
    auth.basic && basicCheck(auth.basic),
    auth.header && headerCheck(auth.header),
    auth.token && tokenCheck(auth.token),
  ];
  const checks = methods.filter((check) => check !== undefined);
  const format = auth.hmac && hmacFormat(auth.hmac, signs);
  const signature = auth.hmac && format && hmacCheck(auth.hmac, format);
  const later = auth.oidc && oidcCheck(auth.oidc);
  const isSigned: Verifier['isSigned'] = async (raw) => (await signature?.isValid(raw)) === true;
  if (checks.length === 0 && !auth.hmac && !later) return { judge: () => 'open', isSigned };
  return {
    judge(head) {
      if (checks.some((check) => check(head))) return 'proved';
      const verdict = signature?.isPresented(head) ? 'signed' : 'refused';
      return later ? orElse(later(head), verdict) : verdict;
    },
    isSigned,
  };
}

/** A signature may still prove what a token does not, or what cannot be known of it now. */
async function orElse(isValid: Promise<boolean>, verdict: 'signed' | 'refused'): Promise<Verdict> {
  try {
    return (await isValid) ? 'proved' : verdict;
  } catch (error) {
    if (verdict === 'signed') return verdict;
    throw error;
  }
}

/** What follows the scheme in `Authorization`; Node keeps the first of several such headers. */
function credentials(head: RequestHead, scheme: 'bearer' | 'basic'): string | undefined {
  const [header] = [head.headers.authorization].flat();
  const [, name, value] = /^(\w+) +(?! )(.*)$/.exec(header ?? '') ?? [];
  return name?.toLowerCase() === scheme ? value : undefined;
}

/** Compares in constant time. Digests have one length, so comparing them does not reveal how long a secret is. */
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
      IS_LATIN_1.test(presented) &&
      BEYOND_ASCII.test(presented) &&
      isSecret(Buffer.from(presented, 'latin1'))
    );
  };
}

/** A character that a byte of a header can be and that UTF-8 writes with two. */
const BEYOND_ASCII = /[\x80-\xff]/;
/** No others. */
const IS_LATIN_1 = /^[\0-\xff]*$/;

function digestOf(secret: string | Buffer): Buffer {
  return createHash('sha256').update(secret).digest();
}
