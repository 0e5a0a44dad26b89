/**
 * Signatures over the body: an HMAC with a shared secret, in a header. Computed over the bytes as they
 * arrived. It proves who wrote the body and that it is unchanged; it does not prove that the request is not
 * a repetition, which is what ids are for.
 *
 * The work grows with the body, and the sender is not known before it is done. So nothing is computed for a request
 * without a well-formed signature in its header, and a large body is hashed in pieces, between which other
 * requests get their turn.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { formPayload } from '../form.js';
import type { RawRequest, RequestHead } from '../request.js';

/** The parts of a request that a signature is made over. */
type Signed = Pick<RawRequest, 'headers' | 'body' | 'wire'>;

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
  /** Of a form, the sender signs the JSON in the field `payload` and not the bytes of the body. */
  signsPayload?: true;
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

/** Checks a signature, in two steps: the first one costs nothing and needs no body. */
export interface SignatureCheck {
  /** Does the head have a signature of the right form? Without one there is nothing to compute. */
  isPresented(head: Pick<RequestHead, 'headers'>): boolean;
  /** Is it the one that one of the secrets makes of the body? */
  isValid(request: Signed): Promise<boolean>;
}

/** What holds for a kind whose sender does not sign by itself: a gateway in front of it may. */
const USUAL = { algorithm: 'sha256', encoding: 'hex', prefix: '' } as const;

/** Undefined when neither the source nor its kind names a header. */
export function hmacFormat(auth: HmacAuth, kind: HmacFormat | undefined): HmacFormat | undefined {
  const headers = auth.header === undefined ? kind?.headers : [auth.header.toLowerCase()];
  const { algorithm, encoding, prefix } = auth;
  const set = Object.entries({ algorithm, encoding, prefix }).filter(([, value]) => value !== undefined);
  return headers && { ...USUAL, ...kind, headers, ...Object.fromEntries(set) };
}

/** Accepts a signature that one of the secrets makes of the body. */
export function hmacCheck(auth: HmacAuth, format: HmacFormat): SignatureCheck {
  const secrets = auth.secrets.filter((secret) => secret !== '');
  return {
    isPresented: (head) => secrets.length > 0 && presentedDigest(head, format) !== undefined,
    async isValid(request) {
      const presented = presentedDigest(request, format);
      if (presented === undefined) return false;
      for (const bytes of signedBytes(request, format)) {
        let isFound = false;
        for (const secret of secrets) {
          const digest = await digestOf(bytes, format.algorithm, secret);
          isFound = timingSafeEqual(digest, presented) || isFound;
        }
        if (isFound) return true;
      }
      return false;
    },
  };
}

/**
 * What the signature may have been made over, the cheapest first: the bytes that arrived; those before something
 * on the way compressed them; for some senders the JSON inside a form.
 */
function* signedBytes({ headers, body, wire }: Signed, { signsPayload }: HmacFormat): Generator<Buffer> {
  if (wire) yield wire;
  yield body;
  const payload = signsPayload ? formPayload(headers, body) : undefined;
  if (payload) yield payload;
}

/** A smaller body is hashed in about a millisecond. */
const WHOLE_BYTES = 2 ** 20;
const PIECE_BYTES = 2 ** 18;

async function digestOf(bytes: Buffer, algorithm: string, secret: string): Promise<Buffer> {
  const hmac = createHmac(algorithm, secret);
  if (bytes.length <= WHOLE_BYTES) return hmac.update(bytes).digest();
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    hmac.update(bytes.subarray(at, at + PIECE_BYTES));
    await setImmediate();
  }
  return hmac.digest();
}

const WRITTEN = { hex: /^(?:[\da-f]{2})+$/i, base64: /^[\w+/-]+={0,2}$/ };
const DIGEST_BYTES = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/** Several of the same header count as none: any of them may be forged. */
function presentedDigest({ headers }: Pick<RequestHead, 'headers'>, format: HmacFormat): Buffer | undefined {
  const value = format.headers.map((name) => headers[name]).find((header) => header !== undefined);
  if (typeof value !== 'string' || !value.startsWith(format.prefix)) return undefined;
  const written = value.slice(format.prefix.length);
  if (!WRITTEN[format.encoding].test(written)) return undefined;
  const digest = Buffer.from(written, format.encoding);
  return digest.length === DIGEST_BYTES[format.algorithm] ? digest : undefined;
}
