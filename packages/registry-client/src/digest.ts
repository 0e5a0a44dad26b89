/**
 * Digests: `algorithm:encoded` (image-spec 1.1, "digests"). sha256 and sha512 are compared; other algorithms
 * (blake3 is registered) are legal, so their content is taken, and said to be unverified.
 */
import { createHash } from 'node:crypto';
import { RegistryError } from './error.js';

const GRAMMAR = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]{1,256}$/;
/** Length of the hex text. */
const KNOWN: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha512', 128],
]);

/** Is this a digest by the grammar, and by the length and case that its algorithm demands? */
export function isDigest(text: string): boolean {
  if (!GRAMMAR.test(text)) return false;
  const length = KNOWN.get(algorithmOf(text));
  return length === undefined || (text.length === 7 + length && /^[0-9a-f]+$/.test(text.slice(7)));
}

/** Reads bytes and says whether they have the digest. */
export interface Verifier {
  update(bytes: Buffer): void;
  /** Throws `digest` when they have not. False when the algorithm is unknown. `place`: for the message. */
  verified(place: string): boolean;
}

/** A new one for each attempt: what a broken attempt read is in no later one. */
export function verifierOf(digest: string): Verifier {
  const algorithm = algorithmOf(digest);
  if (!KNOWN.has(algorithm)) return { update: () => {}, verified: () => false };
  const hash = createHash(algorithm);
  return {
    update: (bytes) => hash.update(bytes),
    verified: (place) => {
      const found = `${algorithm}:${hash.digest('hex')}`;
      if (found === digest) return true;
      throw new RegistryError('digest', `${place}: requested ${digest}, received ${found}`);
    },
  };
}

/** The digest of these bytes, by the algorithm of `like` when that is one we know. */
export function digestOf(bytes: Buffer, like = 'sha256:'): string {
  const algorithm = KNOWN.has(algorithmOf(like)) ? algorithmOf(like) : 'sha256';
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** Only then can two digests of the same content be compared. */
export function isOfSameAlgorithm(one: string, other: string): boolean {
  return algorithmOf(one) === algorithmOf(other);
}

function algorithmOf(digest: string): string {
  return digest.slice(0, digest.indexOf(':'));
}
