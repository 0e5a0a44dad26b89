/**
 * Signatures over the body: an HMAC with a shared secret, in a header. Computed over the bytes as they
 * arrived. It proves who wrote the body and that nobody changed it; it does not prove that the request is not
 * a repetition, which is what ids are for.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** The part of a request that a signature is in, and is made of. */
interface Signed {
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

/** The hashes that a signature can be made with. */
export const HMAC_ALGORITHMS = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
/** The ways in which a signature can be written. */
export const HMAC_ENCODINGS = ['hex', 'base64'] as const;

/** How a sender signs. */
export interface HmacFormat {
  algorithm: (typeof HMAC_ALGORITHMS)[number];
  /** In lower case. The signature is in the first of them that the request has. */
  headers: readonly string[];
  encoding: (typeof HMAC_ENCODINGS)[number];
  /** What stands before the digest: `sha256=`; may be empty. */
  prefix: string;
}

/** `auth.hmac` of a source: secrets, and what differs from how its kind signs. */
export interface HmacAuth {
  /** Any of them. */
  secrets: readonly string[];
  algorithm?: HmacFormat['algorithm'];
  header?: string;
  encoding?: HmacFormat['encoding'];
  prefix?: string;
}

/** What holds for a kind whose sender does not sign by itself: a gateway in front of it may. */
const USUAL = { algorithm: 'sha256', encoding: 'hex', prefix: '' } as const;

/** Undefined when neither the source nor its kind names a header. */
export function hmacFormat(auth: HmacAuth, kind: HmacFormat | undefined): HmacFormat | undefined {
  const headers = auth.header === undefined ? kind?.headers : [auth.header.toLowerCase()];
  if (headers === undefined) return undefined;
  const { algorithm, encoding, prefix } = { ...USUAL, ...kind };
  return {
    headers,
    algorithm: auth.algorithm ?? algorithm,
    encoding: auth.encoding ?? encoding,
    prefix: auth.prefix ?? prefix,
  };
}

/** True for a request with a signature that one of the secrets makes of its body. */
export function hmacCheck(auth: HmacAuth, format: HmacFormat): (request: Signed) => boolean {
  const secrets = auth.secrets.filter((secret) => secret !== '');
  return (request) => {
    const presented = presentedDigest(request, format);
    if (presented === undefined) return false;
    return secrets.reduce((found, secret) => {
      const digest = createHmac(format.algorithm, secret).update(request.body).digest();
      return (digest.length === presented.length && timingSafeEqual(digest, presented)) || found;
    }, false);
  };
}

const WRITTEN = { hex: /^(?:[\da-f]{2})+$/i, base64: /^[\w+/-]+={0,2}$/ };

/** Several of the same header are as good as none: one may be somebody else's. */
function presentedDigest({ headers }: Signed, { headers: names, prefix, encoding }: HmacFormat) {
  const value = names.map((name) => headers[name]).find((header) => header !== undefined);
  if (typeof value !== 'string' || !value.startsWith(prefix)) return undefined;
  const written = value.slice(prefix.length);
  return WRITTEN[encoding].test(written) ? Buffer.from(written, encoding) : undefined;
}
