/** The body of a blob: read to its end, compared with the descriptor, and forgotten. */
import { codingInWords, codingOf, isGzip, Unpacking } from './coding.js';
import type { Descriptor } from './descriptor.js';
import { type Verifier, verifierOf } from './digest.js';
import { RegistryError } from './error.js';
import type { HttpAnswer } from './transport.js';

type Blob = Pick<Descriptor, 'digest' | 'size'>;

/**
 * Bytes that came, and whether they have the digest (false: of an unknown algorithm). Throws `size` or `digest`.
 * `onBytes` is called with the length of each piece.
 */
export async function drainBody(
  answer: Pick<HttpAnswer, 'headers' | 'body'>,
  blob: Blob,
  place: string,
  onBytes: (bytes: number) => void,
): Promise<{ bytes: number; verified: boolean }> {
  const coding = codingOf(answer.headers);
  const plain = new Reading(blob);
  const unpacked = new Reading(blob);
  const unpacking = isGzip(coding) ? new Unpacking((piece) => unpacked.add(piece)) : undefined;
  let bytes = 0;
  try {
    for await (const piece of answer.body) {
      bytes += piece.length;
      if (!plain.add(piece) && !unpacking) throw wrongSize(place, blob.size, 'more');
      await unpacking?.add(piece);
      if (!plain.wanted && !unpacked.wanted) break;
      onBytes(piece.length);
    }
    const isUnpacked = (await unpacking?.end()) === true;
    const problem = plain.problem(place, coding);
    if (problem && !(isUnpacked && unpacked.problem(place, coding) === undefined)) throw problem;
    return { bytes, verified: problem ? unpacked.verified : plain.verified };
  } finally {
    unpacking?.close();
  }
}

/** So many bytes of a body, after those that are passed over. Throws `size` when there are fewer. */
export async function sliceOf(
  body: HttpAnswer['body'],
  { skip, length }: { skip: number; length: number },
  place: string,
): Promise<Buffer> {
  const slice = Buffer.allocUnsafe(length);
  let passed = 0;
  for await (const piece of body) {
    const start = Math.max(0, skip - passed);
    if (start < piece.length) piece.copy(slice, Math.max(0, passed - skip), start);
    passed += piece.length;
    if (passed >= skip + length) return slice;
  }
  throw new RegistryError('size', `${place}: ended after ${passed} bytes, ${skip + length} were expected`);
}

/** Throws `size` where the descriptor says another one. */
export function checkSize(bytes: number, size: number | undefined, place: string): void {
  if (size !== undefined && bytes !== size) throw wrongSize(place, size, `${bytes}`);
}

/** The error of a body of another size than its descriptor says. */
export function wrongSize(place: string, size: number | undefined, found: string): RegistryError {
  return new RegistryError('size', `${place}: the descriptor says ${size} bytes, there are ${found}`);
}

/** One way to read a body: as it came, or unpacked. */
class Reading {
  readonly #blob: Blob;
  readonly #verifier: Verifier;
  #bytes = 0;
  verified = false;

  constructor(blob: Blob) {
    this.#blob = blob;
    this.#verifier = verifierOf(blob.digest);
  }

  /** It is no longer than the descriptor says. */
  get wanted(): boolean {
    return this.#bytes <= (this.#blob.size ?? this.#bytes);
  }

  add(piece: Buffer): boolean {
    this.#bytes += piece.length;
    if (this.wanted) this.#verifier.update(piece);
    return this.wanted;
  }

  /** What is wrong with it, once it has been read to its end. To be asked once. */
  problem(place: string, coding: string | undefined): RegistryError | undefined {
    try {
      checkSize(this.#bytes, this.#blob.size, place);
      this.verified = this.#verifier.verified(place);
      return undefined;
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      return new RegistryError(error.kind, `${error.message}${codingInWords(coding)}`);
    }
  }
}
