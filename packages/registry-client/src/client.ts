/**
 * The methods of a registry: which question each one is, and whether the answer's bytes are what was asked for.
 */
import { checkSize, drainBody, sliceOf, wrongSize } from './blob-body.js';
import { overLimit, readBody } from './body.js';
import { codingInWords, codingOf, isGzip, unpacked } from './coding.js';
import { type Descriptor, knownSize } from './descriptor.js';
import { digestOf, isDigest, isOfSameAlgorithm, verifierOf } from './digest.js';
import { RegistryError } from './error.js';
import { jsonOf } from './json.js';
import { ACCEPT, isSchema1, type Manifest, manifestOf } from './manifest.js';
import { mediaTypeOf } from './media-type.js';
import type { Drained, DrainOptions, Expected, RateLimit, Registry, RegistryOptions } from './port.js';
import type { FinalAnswer } from './redirects.js';
import { checkDigest, checkReference, checkRepository } from './reference.js';
import { referrersOf } from './referrers.js';
import { Session } from './session.js';
import { storedIn } from './stored.js';

const MIB = 1024 * 1024;
/** What registries take, and the most that may be configured. */
const MANIFEST_BYTES = { usual: 4 * MIB, most: 8 * MIB };

type Blob = Pick<Descriptor, 'digest' | 'size'>;

/** Opens a registry. Nothing is sent before something is asked. Throws {@link RegistryError} for options that cannot be used. */
export function openRegistry(options: RegistryOptions): Registry {
  return new Client(options);
}

/** See {@link Registry}. */
export class Client implements Registry {
  readonly url: string;
  readonly host: string;
  readonly #session: Session;
  readonly #manifestBytes: number;

  constructor(options: RegistryOptions, session = new Session(options)) {
    this.#session = session;
    this.url = this.#session.base.href.replace(/\/$/, '');
    this.host = this.#session.base.host;
    this.#manifestBytes = Math.min(options.manifestBytes ?? MANIFEST_BYTES.usual, MANIFEST_BYTES.most);
  }

  get rateLimit(): RateLimit {
    return this.#session.rateLimit;
  }

  async resolve(repository: string, reference: string, signal: AbortSignal): Promise<Descriptor> {
    checkRepository(repository);
    checkReference(reference);
    const question = {
      repository,
      path: `manifests/${reference}`,
      method: 'HEAD',
      accept: ACCEPT,
      signal,
    } as const;
    const found = await this.#session
      .ask(question, async (answer, place) => headOf(answer, reference, place))
      .catch(unlessRefused);
    if (found) return found;
    const { digest, mediaType, size } = await this.manifest(repository, reference, signal);
    return { digest, mediaType, size };
  }

  async manifest(
    repository: string,
    reference: string,
    signal: AbortSignal,
    { size }: Expected = {},
  ): Promise<Manifest> {
    checkRepository(repository);
    checkReference(reference);
    const question = {
      repository,
      path: `manifests/${reference}`,
      method: 'GET',
      accept: ACCEPT,
      signal,
    } as const;
    return this.#session.ask(question, async (answer, place) => {
      const asked = isDigest(reference) ? reference : digestIn(answer);
      const body = await this.#whole(answer, { digest: asked, size }, place);
      const json = jsonOf(body);
      if (isSchema1(body, json)) return manifestOf(body, asked ?? digestOf(body), false, place, json);
      const verified = asked === undefined || verify(body, asked, answer, place);
      return manifestOf(body, asked ?? digestOf(body), verified, place, json);
    });
  }

  async drain(repository: string, { digest, size: given }: Blob, options: DrainOptions): Promise<Drained> {
    checkRepository(repository);
    checkDigest(digest);
    const size = knownSize(digest, given);
    const { signal, method = 'GET', onBytes = () => {} } = options;
    const question = { repository, path: `blobs/${digest}`, method, signal, idle: true } as const;
    return this.#session.ask(question, async (answer, place) => {
      const length = method === 'HEAD' ? lengthInHead(answer) : lengthIn(answer);
      if (length !== undefined) checkSize(length, size, place);
      const stored = storedIn(answer);
      if (method === 'HEAD') return { bytes: length ?? size ?? 0, verified: false, stored };
      return { ...(await drainBody(answer, { digest, size }, place, onBytes)), stored };
    });
  }

  async holds(repository: string, digest: string, signal: AbortSignal): Promise<boolean> {
    checkRepository(repository);
    checkDigest(digest);
    const path = `blobs/${digest}`;
    const question = { repository, path, method: 'GET', range: 'bytes=0-0', signal } as const;
    return this.#session.ask(question, async ({ status }) => status === 206);
  }

  async blob(repository: string, { digest, size }: Blob, signal: AbortSignal): Promise<Buffer> {
    checkRepository(repository);
    checkDigest(digest);
    const question = { repository, path: `blobs/${digest}`, method: 'GET', signal } as const;
    return this.#session.ask(question, async (answer, place) => {
      const body = await this.#whole(answer, { digest, size }, place);
      verify(body, digest, answer, place);
      return body;
    });
  }

  async slice(
    repository: string,
    digest: string,
    { from, to }: { from: number; to: number },
    signal: AbortSignal,
  ): Promise<Buffer> {
    checkRepository(repository);
    checkDigest(digest);
    if (to <= from) return Buffer.alloc(0);
    const range = `bytes=${from}-${to - 1}`;
    const question = {
      repository,
      path: `blobs/${digest}`,
      method: 'GET',
      range,
      signal,
      idle: true,
    } as const;
    return this.#session.ask(question, async (answer, place) => {
      const skip = answer.status === 206 ? 0 : from;
      return sliceOf(answer.body, { skip, length: to - from }, place);
    });
  }

  async referrers(repository: string, digest: string, signal: AbortSignal): Promise<Descriptor[]> {
    checkRepository(repository);
    checkDigest(digest);
    return referrersOf(this.#session, { repository, digest, signal, limit: this.#manifestBytes });
  }

  async authorization(
    repository: string,
    signal: AbortSignal,
    { lasting = false }: { lasting?: boolean } = {},
  ): Promise<string | undefined> {
    checkRepository(repository);
    return this.#session.authorization(repository, signal, lasting);
  }

  async close(): Promise<void> {
    this.#session.close();
  }

  /** A body of known size, or of any up to the limit. Not a byte more is read. */
  async #whole(answer: FinalAnswer, { digest, size: given }: Partial<Blob>, place: string): Promise<Buffer> {
    const limit = this.#manifestBytes;
    const size = knownSize(digest ?? '', given);
    if (size !== undefined && size > limit) throw overLimit(place, limit)();
    const tooLarge = size === undefined ? overLimit(place, limit) : () => wrongSize(place, size, 'more');
    const compressed = isGzip(codingOf(answer.headers));
    const read = await readBody(answer, compressed ? limit : (size ?? limit), tooLarge);
    const asTheyCame = !compressed || (digest !== undefined && digestOf(read, digest) === digest);
    const body = asTheyCame ? read : ((await unpacked(read, size ?? limit, tooLarge)) ?? read);
    checkSize(body.length, size, place);
    return body;
  }
}

/** Undefined when the head of a tag has no digest. */
function headOf(answer: FinalAnswer, reference: string, place: string): Descriptor | undefined {
  const reported = digestIn(answer);
  const digest = isDigest(reference) ? reference : reported;
  if (digest === undefined) return undefined;
  // a registry may name the same content by its own algorithm (distribution, "HTTP API V2", "Digest Header")
  if (reported !== undefined && reported !== digest && isOfSameAlgorithm(reported, digest)) {
    throw new RegistryError('digest', `${place}: requested ${reference}, the registry reports ${reported}`);
  }
  const [size, mediaType] = [lengthInHead(answer), mediaTypeOf(answer.headers['content-type'])];
  return { digest, ...(mediaType && { mediaType }), ...(size !== undefined && { size }) };
}

/**
 * Some servers and the proxies before them refuse HEAD, with 405, 501 or any 4xx. What GET answers counts. Not of a
 * registry that asked for time, and not where credentials were refused.
 */
function unlessRefused(error: unknown): undefined {
  if (error instanceof RegistryError && error.refused && error.status !== 401) return undefined;
  throw error;
}

function digestIn({ headers }: FinalAnswer): string | undefined {
  const digest = headers['docker-content-digest'];
  return typeof digest === 'string' && isDigest(digest) ? digest : undefined;
}

/** Of the body as it is in the registry; undefined when the head has none, or has that of a compressed body. */
function lengthIn({ headers }: FinalAnswer): number | undefined {
  const length = headers['content-length'];
  if (length === undefined || codingOf(headers) !== undefined) return undefined;
  return /^\d+$/.test(length) ? Number(length) : undefined;
}

/** Proxies write 0 for the answer to a HEAD, which has no body. */
function lengthInHead(answer: FinalAnswer): number | undefined {
  return lengthIn(answer) || undefined;
}

function verify(body: Buffer, digest: string, { headers }: FinalAnswer, place: string): boolean {
  try {
    const verifier = verifierOf(digest);
    verifier.update(body);
    return verifier.verified(place);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new RegistryError(error.kind, `${error.message}${codingInWords(codingOf(headers))}`);
  }
}
