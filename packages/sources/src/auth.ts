/**
 * Does a request hold a secret of the source that it is for? Any configured method that matches is enough,
 * and any of its secrets, so that they can be changed one side after the other.
 *
 * A method that is there without a usable secret refuses everything: a variable that came out empty must not
 * open the door. Only `auth` without any method lets everybody in. All methods but `oidc` answer at once.
 */
import { type HmacAuth, type HmacFormat, hmacCheck, hmacFormat } from './hmac.js';
import { type OidcAuth, oidcCheck } from './oidc.js';
import { parsePath } from './paths.js';
import type { RawRequest } from './port.js';
import { matcherOf } from './secret-matcher.js';

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

/** `proved`: a secret matched. `open`: none is asked for. */
export type Verdict = 'proved' | 'open' | 'refused';

/** Judges a request by the secrets that it holds. Reads path, query, headers and body; changes nothing. */
export type Verifier = (raw: RawRequest) => Verdict | Promise<Verdict>;

type Check = (raw: RawRequest) => boolean;

type Method = Exclude<keyof ResolvedAuth, 'oidc'>;

const METHODS: {
  [M in Method]-?: (secrets: NonNullable<ResolvedAuth[M]>, signs?: HmacFormat) => Check;
} = {
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
  token(secrets) {
    const isSecret = matcherOf(secrets);
    return ({ path, query }) => {
      const queried = [...(query?.getAll('token') ?? []), ...(query?.getAll('access_token') ?? [])];
      return [parsePath(path).token, ...queried].some(isSecret);
    };
  },
  hmac(auth, signs) {
    const format = hmacFormat(auth, signs);
    return format ? hmacCheck(auth, format) : () => false;
  },
};

/**
 * Hashes the secrets once; the verifier hashes what a request presents and compares in constant time.
 * @param signs how the kind of the source signs
 */
export function createVerifier(auth: ResolvedAuth = {}, signs?: HmacFormat): Verifier {
  const checks: Check[] = [];
  if (auth.bearer) checks.push(METHODS.bearer(auth.bearer));
  if (auth.basic) checks.push(METHODS.basic(auth.basic));
  if (auth.header) checks.push(METHODS.header(auth.header));
  if (auth.token) checks.push(METHODS.token(auth.token));
  if (auth.hmac) checks.push(METHODS.hmac(auth.hmac, signs));
  const later = auth.oidc && oidcCheck(auth.oidc);
  if (checks.length === 0 && !later) return () => 'open';
  return (raw) => {
    if (checks.some((check) => check(raw))) return 'proved';
    return later ? later(raw).then((valid) => (valid ? 'proved' : 'refused')) : 'refused';
  };
}

/** What follows the scheme in `Authorization`; Node keeps the first of several such headers. */
function credentials(raw: RawRequest, scheme: 'bearer' | 'basic'): string | undefined {
  const [header] = [raw.headers.authorization].flat();
  const [, name, value] = /^(\w+) +(?! )(.*)$/.exec(header ?? '') ?? [];
  return name?.toLowerCase() === scheme ? value : undefined;
}
