/**
 * Signs a request: over the exact bytes that are sent, and again for each attempt, since the Standard Webhooks scheme signs
 * the time of the attempt too.
 */
import { createHmac, sign as signWith } from 'node:crypto';
import { type SigningKey, signingKey } from './keys.js';
import { type HmacScheme, hmacScheme, type SignOptions } from './schemes.js';

/** What is signed beside the body. */
export interface Signed {
  /** Of the delivery, the same in every attempt; of a batch, its `Idempotency-Key`. */
  id: string;
  /** Of the attempt, epoch milliseconds. */
  at: number;
}

/** The headers that sign a body. */
export type Sign = (body: Buffer, about: Signed) => Record<string, string>;

/** @throws Error that says what is wrong with the options, without a secret */
export function createSign(options: SignOptions): Sign {
  const scheme = hmacScheme(options);
  if (options.secrets.length === 0) throw new Error('sign.secret is missing');
  if (scheme) {
    const [newest = ''] = options.secrets;
    const { key } = hmacKey(newest);
    return (body) => ({ [scheme.header]: scheme.prefix + digest(scheme, key, body) });
  }
  const keys = options.secrets.map(signingKey);
  if (keys.some(({ kind }) => kind === 'public'))
    throw new Error('a whpk_ key is public: sign with its whsk_ secret');
  // Receivers that know v1 alone may stop at the first signature that they do not know.
  const ordered = keys.toSorted((a, b) => Number(a.kind === 'private') - Number(b.kind === 'private'));
  return (body, { id, at }) => {
    const timestamp = Math.floor(at / 1_000);
    const content = signedContent(id, timestamp, body);
    return {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': ordered.map((key) => standardSignature(key, content)).join(' '),
    };
  };
}

/** @param timestamp epoch seconds */
export const signedContent = (id: string, timestamp: number | string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);

/** `v1,…` or `v1a,…` */
export function standardSignature(key: SigningKey, content: Buffer): string {
  if (key.kind === 'hmac') return `v1,${createHmac('sha256', key.key).update(content).digest('base64')}`;
  return `v1a,${signWith(null, content, key.key).toString('base64')}`;
}

/** The digest of a body as the scheme writes it. */
export const digest = ({ algorithm, encoding }: HmacScheme, key: Buffer, body: Buffer): string =>
  createHmac(algorithm, key).update(body).digest(encoding);

/** @throws Error for a key that is not symmetric */
export function hmacKey(secret: string): { key: Buffer } {
  const key = signingKey(secret);
  if (key.kind !== 'hmac') throw new Error('this scheme takes no whsk_ or whpk_ key; use scheme: standard');
  return key;
}
