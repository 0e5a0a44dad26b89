/** Checks the signature of a request that was captured, as a receiver should: for `longshore verify`. */
import { timingSafeEqual, verify as verifyWith } from 'node:crypto';
import { base64Bytes, type SigningKey, signingKey } from './keys.js';
import { HMAC_SCHEMES, type HmacScheme, type SignOptions } from './schemes.js';
import { digest, hmacKey, signedContent, standardSignature } from './sign.js';

/** Both ways, as every reference library of Standard Webhooks has it. */
export const TOLERANCE_MS = 5 * 60_000;

/** Whether the signature is right; `why` says what was checked, or what is wrong. */
export interface Verification {
  valid: boolean;
  why: string;
  /** Only its time is wrong. */
  isStale?: true;
}

/** In milliseconds. */
export interface Clock {
  now: number;
  toleranceMs: number;
}

/** A request as it arrived. Names of headers in any case. */
export interface Captured {
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/**
 * @param options of the endpoint; without `scheme` the scheme is that of the header that is there
 * @param clock epoch milliseconds, and how far the time of a Standard Webhooks request may be from it
 */
export function verifySignature(
  captured: Captured,
  { secrets, scheme, custom }: Partial<SignOptions> & Pick<SignOptions, 'secrets'>,
  clock: Clock = { now: Date.now(), toleranceMs: TOLERANCE_MS },
): Verification {
  const headers = new Map(
    Object.entries(captured.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (secrets.length === 0) return invalid('no secret was given');
  if (scheme === 'standard' || (!scheme && !custom && headers.has('webhook-signature'))) {
    return standard(headers, captured.body, secrets.map(signingKey), clock);
  }
  const [name, hmac] = custom
    ? (['custom', custom] as const)
    : (Object.entries(HMAC_SCHEMES).find(
        ([one, { header }]) => scheme === one || (!scheme && headers.has(header.toLowerCase())),
      ) ?? []);
  if (!name || !hmac) return invalid('no header of a signature that is known; name its scheme');
  return oneHmac(name, hmac, headers, captured.body, secrets);
}

function oneHmac(
  name: string,
  scheme: HmacScheme,
  headers: ReadonlyMap<string, string>,
  body: Buffer,
  secrets: readonly string[],
): Verification {
  const value = headers.get(scheme.header.toLowerCase());
  if (value === undefined) return invalid(`the header ${scheme.header} is missing`);
  if (!value.startsWith(scheme.prefix))
    return invalid(`${scheme.header} does not begin with ${scheme.prefix}`);
  const given = value.slice(scheme.prefix.length);
  const found = secrets.findIndex((secret) => isEqual(digest(scheme, hmacKey(secret).key, body), given));
  return found === -1
    ? invalid(`the signature in ${scheme.header} was made of another body or with another secret`)
    : {
        valid: true,
        why: `${name}: ${scheme.header} was made with secret ${found + 1} of ${secrets.length}`,
      };
}

function standard(
  headers: ReadonlyMap<string, string>,
  body: Buffer,
  keys: readonly SigningKey[],
  { now, toleranceMs }: Clock,
): Verification {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headers.get(name),
  );
  for (const [name, value] of Object.entries({ id, timestamp, signature: signatures }))
    if (value === undefined) return invalid(`the header webhook-${name} is missing`);
  if (!/^\d{1,12}$/.test(timestamp ?? '')) return invalid('webhook-timestamp is not a number of seconds');
  const content = signedContent(id ?? '', timestamp ?? '', body);
  const given = (signatures ?? '').split(' ');
  const found = keys.findIndex((key) => given.some((one) => isSigned(key, content, one)));
  if (found === -1) {
    return invalid('no signature in webhook-signature was made of this id, time and body with this secret');
  }
  const age = now - Number(timestamp) * 1_000;
  if (Math.abs(age) > toleranceMs) {
    return {
      ...invalid(
        `the signature is right, and its time is ${Math.round(Math.abs(age) / 1_000)}s ${age > 0 ? 'ago' : 'ahead'}: receivers refuse more than 300s`,
      ),
      isStale: true,
    };
  }
  return { valid: true, why: `standard: signed with secret ${found + 1} of ${keys.length}` };
}

function isSigned(key: SigningKey, content: Buffer, given: string): boolean {
  if (key.kind === 'hmac') return isEqual(standardSignature(key, content), given);
  const signature = given.startsWith('v1a,') ? base64Bytes(given.slice('v1a,'.length)) : undefined;
  return signature !== undefined && verifyWith(null, content, key.key, signature);
}

function isEqual(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

const invalid = (why: string): Verification => ({ valid: false, why });
