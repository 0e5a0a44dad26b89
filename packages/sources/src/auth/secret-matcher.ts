/** Compares what a request presents with secrets, in constant time whatever their lengths. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Hashes the secrets once; digests have one length, so comparing them does not tell how long a secret is. */
export function matcherOf(secrets: readonly string[]): (presented: string | Buffer | undefined) => boolean {
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
