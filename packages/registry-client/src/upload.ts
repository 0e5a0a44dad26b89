/**
 * The upload of one blob (distribution-spec 1.1, "pushing blobs"): mounted, in one piece, or in chunks of which each
 * ends in a state that another process can continue from.
 */
import { reasonIn } from './body.js';
import { digestOf } from './digest.js';
import { RegistryError } from './error.js';
import { jsonOf } from './json.js';
import { type FinalAnswer, locationOf } from './redirects.js';
import type { Question, Reader, Session } from './session.js';
import type { UploadOptions } from './write-port.js';

const MIB = 1024 * 1024;
const CHUNK_BYTES = 32 * MIB;
/** A registry may ask for larger chunks, which are held in memory. */
const MOST_CHUNK_BYTES = 64 * MIB;
/** Broken chunks after which an upload is given up for now. */
const MOST_BREAKS = 3;
/** Chunks that the registry takes and does not count after which an upload is given up for now. */
const MOST_STANDS = 3;
const VERSION = 1;
const BYTES = 'application/octet-stream';
/** A state to continue from that counts as none. */
const NOTHING_KEPT = '';

/** How far an upload is. */
interface Place {
  /** Where the next request goes to; each answer names another one. */
  url: URL;
  /** Bytes that the registry has. */
  offset: number;
  /** Bytes of a chunk, at least; 0 where the registry does not say. */
  least: number;
}

interface Blob {
  digest: string;
  size: number;
}

/** Of one blob. To be used once. */
export class Upload {
  #breaks = 0;
  #stands = 0;

  constructor(
    private readonly session: Session,
    private readonly repository: string,
    private readonly blob: Blob,
    private readonly options: UploadOptions,
  ) {}

  /** Rejects with `RegistryError`. */
  async run(): Promise<{ mounted: boolean }> {
    const { size } = this.blob;
    const { resume, keep, onBytes = () => {}, read } = this.options;
    const known = resume === undefined ? undefined : await this.#resumed(resume);
    let place = known ?? (await this.#begin());
    if (place === 'mounted') return { mounted: true };
    onBytes(place.offset);
    const chunk = this.#chunk(place);
    if (place.offset === 0 && size <= chunk) {
      await this.#end(place, await this.#whole());
      onBytes(size);
      return { mounted: false };
    }
    while (place.offset < size) {
      const { offset }: Place = place;
      const to = Math.min(size, offset + chunk);
      place = await this.#send(place, await read(offset, to));
      if (place.offset <= offset && this.#stands++ === MOST_STANDS) throw this.#standsAt(offset);
      onBytes(Math.max(0, place.offset - offset));
      await keep?.(stateOf(place));
    }
    await this.#end(place, Buffer.alloc(0)).catch(async (error) => {
      // A registry that keeps what it refused would refuse it again.
      if (error instanceof RegistryError && error.refused) await keep?.(NOTHING_KEPT);
      throw error;
    });
    return { mounted: false };
  }

  #standsAt(offset: number): RegistryError {
    const said = `${this.session.base.host}: upload of ${this.blob.digest}: takes chunks and stays at byte ${offset}`;
    return new RegistryError('server', `${said}; look at its log, or at a proxy in front of it`);
  }

  #chunk({ least }: Place): number {
    return Math.max(this.options.chunkBytes ?? CHUNK_BYTES, least);
  }

  /** In one piece it costs little to see a fault of the source here, where it can be named. */
  async #whole(): Promise<Buffer> {
    const { digest, size } = this.blob;
    const bytes = await this.options.read(0, size);
    const found = digestOf(bytes, digest);
    if (found === digest) return bytes;
    throw new RegistryError('digest', `${digest}: the bytes that were read have the digest ${found}`);
  }

  /** A mount that is not made is an upload that has begun. */
  async #begin(): Promise<Place | 'mounted'> {
    const { mountFrom } = this.options;
    if (mountFrom === undefined) return this.#open('blobs/uploads/');
    const query = new URLSearchParams({ mount: this.blob.digest, from: mountFrom });
    return this.#open(`blobs/uploads/?${query}`).catch((error) => {
      // it may be read here and not there, or the repository is gone
      if (error instanceof RegistryError && error.refused) return this.#open('blobs/uploads/');
      throw error;
    });
  }

  #open(path: string): Promise<Place | 'mounted'> {
    return this.#ask({ path, method: 'POST', accepts: [201, 202] }, async (answer, place) => {
      await reasonIn(answer);
      if (answer.status === 201) return 'mounted';
      const least = Number(answer.headers['oci-chunk-min-length'] ?? 0) || 0;
      if (least > MOST_CHUNK_BYTES) {
        const said = `${place}: asks for chunks of ${least} bytes; at most ${MOST_CHUNK_BYTES} are sent`;
        throw new RegistryError('limit', said);
      }
      return { url: nextUrl(answer, place), offset: 0, least };
    });
  }

  /** One chunk. Where the connection broke, as far as it came. */
  async #send({ url, offset, least }: Place, bytes: Buffer): Promise<Place> {
    const to = offset + bytes.length;
    const content = { bytes, type: BYTES, range: `${offset}-${to - 1}` };
    try {
      return await this.#ask({ url, method: 'PATCH', content, accepts: [202] }, async (answer, place) => {
        await reasonIn(answer);
        return { url: nextUrl(answer, place), offset: reachedIn(answer) ?? to, least };
      });
    } catch (error) {
      if (!isBreak(error) || this.#breaks++ === MOST_BREAKS) throw error;
      const there = await this.#reached({ url, offset, least }).catch(() => undefined);
      if (there === undefined || there.offset > to) throw error;
      return there;
    }
  }

  /** What the registry has. Rejects where it does not know the upload any more. */
  #reached({ url, offset, least }: Place): Promise<Place> {
    return this.#ask({ url, method: 'GET', accepts: [204] }, async (answer) => {
      const next = answer.headers.location === undefined ? url : nextUrl(answer, '');
      return { url: next, offset: reachedIn(answer) ?? offset, least };
    });
  }

  /** Undefined where it has to begin again: the registry has given the upload up, or a chunk of it. */
  async #resumed(state: string): Promise<Place | undefined> {
    const place = placeOf(state, this.session.base);
    if (place === undefined) return undefined;
    const reached = await this.#reached(place).catch((error) => {
      if (error instanceof RegistryError && error.refused) return undefined;
      throw error;
    });
    if (reached === undefined) return undefined;
    // of a piece of a chunk more may be on its way
    const { size } = this.blob;
    const more = (reached.offset - place.offset) % this.#chunk(place);
    return reached.offset <= size && (more === 0 || reached.offset === size) ? reached : undefined;
  }

  #end({ url }: Place, bytes: Buffer): Promise<void> {
    const target = new URL(url);
    target.searchParams.set('digest', this.blob.digest);
    const content = { bytes, type: BYTES };
    const question = { url: target, method: 'PUT', content, accepts: [201, 204] } as const;
    return this.#ask(question, async (answer) => void (await reasonIn(answer)));
  }

  #ask<T>(question: Pick<Question, 'method'> & Partial<Question>, read: Reader<T>): Promise<T> {
    const { repository } = this;
    const { signal } = this.options;
    return this.session.ask({ repository, path: `upload of ${this.blob.digest}`, signal, ...question }, read);
  }
}

/** The connection ended, or the server failed, in the middle of a chunk; or it counts otherwise than we do. */
function isBreak(error: unknown): boolean {
  if (!(error instanceof RegistryError)) return false;
  const { kind, status = 0 } = error;
  return kind === 'network' || kind === 'timeout' || status === 416 || (kind === 'server' && status >= 500);
}

function nextUrl({ headers, url }: FinalAnswer, place: string): URL {
  if (headers.location !== undefined) return locationOf(headers.location, url);
  throw new RegistryError('server', `${place}: answered without a Location`);
}

/** `Range: 0-33554431`. Distribution writes `0-0` for nothing at all. */
function reachedIn({ headers }: FinalAnswer): number | undefined {
  const [, last] = /^(?:bytes=)?0-(\d{1,15})$/.exec(String(headers.range ?? '')) ?? [];
  if (last === undefined) return undefined;
  return last === '0' ? 0 : Number(last) + 1;
}

function stateOf({ url, offset, least }: Place): string {
  return JSON.stringify({ v: VERSION, url: url.href, offset, least });
}

/** Undefined for what another version wrote, or what is not to be followed. */
function placeOf(state: string, base: URL): Place | undefined {
  const { v, url, offset, least } = jsonOf(state) ?? {};
  if (v !== VERSION || typeof url !== 'string' || typeof offset !== 'number') return undefined;
  return { url: locationOf(url, base), offset, least: typeof least === 'number' ? least : 0 };
}
