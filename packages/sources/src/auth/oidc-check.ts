/**
 * Tokens of an OpenID Connect issuer (Google's Pub/Sub push, Entra ID): a JWT in `Authorization: Bearer`,
 * signed by the issuer's keys. The keys are fetched at the first request and kept; this is the only I/O of
 * the package. An audience is no secret, so a token must also be of a named account: anyone with an account
 * at a public issuer gets a token for any audience.
 */
import { LongshoreError } from '@longshore/event';
import * as jose from 'jose';
import type { RequestHead } from '../request.js';
import { GOOGLE, isGoogle, type OidcAuth } from './oidc.js';

/** Signatures with a pair of keys; a shared secret has no place in a set of public keys. */
const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA'.split(' ');
const CLOCK_SKEW_S = 60;

/**
 * True for a request with a valid token of one of the accounts.
 * The check rejects with LongshoreError `SOURCE_KEYS` when the keys cannot be fetched.
 */
export function oidcCheck(auth: OidcAuth): (head: RequestHead) => Promise<boolean> {
  const { issuer, audience, jwks = GOOGLE.jwks, email, subject } = auth;
  const keys = remoteKeys(new URL(jwks), auth.fetch ?? fetch);
  const options = {
    issuer: isGoogle(issuer) ? GOOGLE.issuers : (issuer ?? ''),
    audience: [...audience],
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_SKEW_S,
    requiredClaims: ['exp'],
  };
  return async (head) => {
    const [, token] =
      /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec([head.headers.authorization].flat()[0] ?? '') ?? [];
    if (token === undefined) return false;
    try {
      const { payload } = await jose.jwtVerify(token, keys, options);
      const verified = payload.email_verified === true ? payload.email : undefined;
      return isOneOf(verified, email) || isOneOf(payload.sub, subject);
    } catch (error) {
      if (isTheTokens(error)) return false;
      throw new LongshoreError('SOURCE_KEYS', 'the issuer’s keys cannot be fetched; look at auth.oidc.jwks', {
        cause: error,
      });
    }
  };
}

function isOneOf(claim: unknown, accounts: readonly string[] | undefined): boolean {
  return typeof claim === 'string' && claim !== '' && accounts?.includes(claim) === true;
}

const { errors } = jose;
const TOKEN_ERRORS = [
  ...[errors.JWTClaimValidationFailed, errors.JWTExpired, errors.JWTInvalid, errors.JWSInvalid],
  ...[errors.JWSSignatureVerificationFailed, errors.JOSEAlgNotAllowed, errors.JOSENotSupported],
  ...[errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys],
];

/** The token's fault, not that of the keys or of the way to them. */
function isTheTokens(error: unknown): boolean {
  return TOKEN_ERRORS.some((type) => error instanceof type);
}

/** Below the 10 s that Pub/Sub waits. Covers the whole answer. */
const FETCH_TIMEOUT_MS = 5_000;
/** Google's keys have 2 KB, Entra ID's 20 KB. */
const MAX_ANSWER_BYTES = 2 ** 20;
/** How long after a failure the issuer is not asked again. */
const REMEMBERED_MS = 10_000;

/**
 * The keys at a url, fetched when first needed and kept; rejects when they cannot be fetched. A sender waits for the
 * answer, so its size and time have a limit, and a failure is remembered: a hanging issuer delays one request, not all.
 */
function remoteKeys(url: URL, fetchIt: typeof fetch): jose.JWTVerifyGetKey {
  return jose.createRemoteJWKSet(url, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    [jose.customFetch]: rememberingFailure(bounded(fetchIt)),
  });
}

const bounded =
  (fetchIt: typeof fetch): jose.FetchImplementation =>
  async (url, options) => {
    const response = await fetchIt(url, options);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
      chunks.push(chunk);
    }
    const { status, headers } = response;
    return new Response(size > 0 ? Buffer.concat(chunks) : null, { status, headers });
  };

function rememberingFailure(fetchIt: jose.FetchImplementation): jose.FetchImplementation {
  let failed: { at: number; error: unknown } | undefined;
  return async (url, options) => {
    if (failed && Date.now() - failed.at < REMEMBERED_MS) throw failed.error;
    failed = undefined;
    try {
      const response = await fetchIt(url, options);
      if (response.status !== 200) throw new Error(`the issuer answers ${response.status}`);
      return response;
    } catch (error) {
      failed = { at: Date.now(), error };
      throw error;
    }
  };
}
