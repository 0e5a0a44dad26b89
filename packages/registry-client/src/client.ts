/**
 * The methods of a registry: which question each one is, and whether the answer's bytes are what was asked for.
 */
import { overLimit, readBody } from './body.js';
import type { Descriptor } from './descriptor.js';
import { digestOf, isDigest, verifierOf } from './digest.js';
import { RegistryError } from './error.js';
import { jsonOf } from './json.js';
import { ACCEPT, isSchema1, type Manifest, manifestOf } from './manifest.js';
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

class Client implements Registry {
  readonly url: string;
  readonly host: string;
  readonly #session: Session;
  readonly #manifestBytes: number;

  constructor(options: RegistryOptions) {
    this.#session = new Session(options);
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
      .catch(unlessNoHead);
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
      const body = await this.#whole(answer, size, place);
      const asked = isDigest(reference) ? reference : digestIn(answer);
      const json = jsonOf(body);
      if (isSchema1(body, json)) return manifestOf(body, asked ?? digestOf(body), false, place, json);
      const verified = asked === undefined || verify(body, asked, place);
      return manifestOf(body, asked ?? digestOf(body), verified, place, json);
    });
  }

  async drain(repository: string, { digest, size }: Blob, options: DrainOptions): Promise<Drained> {
    checkRepository(repository);
    checkDigest(digest);
    const { signal, method = 'GET', onBytes } = options;
    const question = { repository, path: `blobs/${digest}`, method, signal, idle: true } as const;
    return this.#session.ask(question, async (answer, place) => {
      const told = lengthIn(answer);
      if (told !== undefined) checkSize(told, size, place);
      const stored = storedIn(answer);
      if (method === 'HEAD') return { bytes: told ?? size ?? 0, verified: false, stored };
      const verifier = verifierOf(digest);
      let bytes = 0;
      for await (const piece of answer.body) {
        bytes += piece.length;
        if (bytes > (size ?? bytes)) throw wrongSize(place, size, 'more');
        verifier.update(piece);
        onBytes?.(piece.length);
      }
      checkSize(bytes, size, place);
      return { bytes, verified: verifier.verified(place), stored };
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
      const body = await this.#whole(answer, size, place);
      verify(body, digest, place);
      return body;
    });
  }

  async referrers(repository: string, digest: string, signal: AbortSignal): Promise<Descriptor[]> {
    checkRepository(repository);
    checkDigest(digest);
    return referrersOf(this.#session, { repository, digest, signal, limit: this.#manifestBytes });
  }

  async authorization(repository: string, signal: AbortSignal): Promise<string | undefined> {
    checkRepository(repository);
    return this.#session.authorization(repository, signal);
  }

  async close(): Promise<void> {
    this.#session.close();
  }

  /** A body of known size, or of any up to the limit. Not a byte more is read. */
  async #whole(answer: FinalAnswer, size: number | undefined, place: string): Promise<Buffer> {
    const limit = this.#manifestBytes;
    if (size !== undefined && size > limit) throw overLimit(place, limit)();
    const tooLarge = size === undefined ? overLimit(place, limit) : () => wrongSize(place, size, 'more');
    const body = await readBody(answer, size ?? limit, tooLarge);
    checkSize(body.length, size, place);
    return body;
  }
}

/** Undefined when the head does not tell a digest that it must tell. */
function headOf(answer: FinalAnswer, reference: string, place: string): Descriptor | undefined {
  const told = digestIn(answer);
  const digest = told ?? (isDigest(reference) ? reference : undefined);
  if (digest === undefined) return undefined;
  if (isDigest(reference) && digest !== reference) {
    throw new RegistryError('digest', `${place}: asked for ${reference}, it says that this is ${digest}`);
  }
  const [size, mediaType] = [lengthIn(answer), answer.headers['content-type']];
  return { digest, ...(mediaType && { mediaType }), ...(size !== undefined && { size }) };
}

/** Some servers do not know HEAD; those are asked by GET. */
function unlessNoHead(error: unknown): undefined {
  if (error instanceof RegistryError && (error.status === 405 || error.status === 501)) return undefined;
  throw error;
}

function digestIn({ headers }: FinalAnswer): string | undefined {
  const digest = headers['docker-content-digest'];
  return typeof digest === 'string' && isDigest(digest) ? digest : undefined;
}

function lengthIn({ headers }: FinalAnswer): number | undefined {
  const length = headers['content-length'];
  return length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
}

function verify(body: Buffer, digest: string, place: string): boolean {
  const verifier = verifierOf(digest);
  verifier.update(body);
  return verifier.verified(place);
}

function checkSize(bytes: number, size: number | undefined, place: string): void {
  if (size !== undefined && bytes !== size) throw wrongSize(place, size, `${bytes}`);
}

function wrongSize(place: string, size: number | undefined, found: string): RegistryError {
  return new RegistryError('size', `${place}: the descriptor says ${size} bytes, there are ${found}`);
}
