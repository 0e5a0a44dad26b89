/**
 * `Content-Encoding` that came although `Accept-Encoding: identity` asked for none. Go's clients ask for gzip and
 * unpack it, so a registry behind a proxy that always compresses works for them. A digest is one of the bytes before
 * they were compressed. But a layer is often gzip by itself, and some storage says so in `Content-Encoding`: then the
 * digest is one of the bytes as they came.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';

const gunzipAll = promisify(gunzip);

/** The name of the coding, in lower case; undefined without one. */
export function codingOf(headers: IncomingHttpHeaders): string | undefined {
  const coding = headers['content-encoding']?.trim().toLowerCase();
  return coding === '' || coding === 'identity' ? undefined : coding;
}

/** Is it the one that can be unpacked? */
export function isGzip(coding: string | undefined): boolean {
  return coding === 'gzip' || coding === 'x-gzip';
}

/** For an error about bytes that are not what was asked for. Empty without a coding. */
export function codingInWords(coding: string | undefined): string {
  return coding === undefined ? '' : `; they came with Content-Encoding: ${coding}, which was not requested`;
}

/** The bytes, unpacked; undefined for what is not gzip. Throws `tooLarge` for more than `limit` bytes. */
export async function unpacked(
  body: Buffer,
  limit: number,
  tooLarge: () => Error,
): Promise<Buffer | undefined> {
  try {
    return await gunzipAll(body, { maxOutputLength: limit });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    return undefined;
  }
}

/** Unpacks piece by piece, for a body of any length. Holds one piece at a time. */
export class Unpacking {
  readonly #gunzip = createGunzip();
  #failed = false;

  /** `onPiece` gets what is unpacked, and returns whether it takes more. */
  constructor(onPiece: (piece: Buffer) => boolean) {
    this.#gunzip.on('error', () => this.#stop());
    this.#gunzip.on('data', (piece: Buffer) => {
      if (!onPiece(piece)) this.#stop();
    });
  }

  /** Resolves when the piece is unpacked. After a failure, at once. */
  add(piece: Buffer): Promise<void> {
    return new Promise((resolve) => {
      if (this.#failed) return resolve();
      this.#gunzip.once('close', resolve);
      this.#gunzip.write(piece, () => {
        this.#gunzip.off('close', resolve);
        resolve();
      });
    });
  }

  /** False when it was not gzip, ended too early, or was not wanted to its end. */
  end(): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#failed) return resolve(false);
      this.#gunzip.once('close', () => resolve(!this.#failed));
      this.#gunzip.end();
    });
  }

  /** May be called twice. */
  close(): void {
    this.#gunzip.destroy();
  }

  #stop(): void {
    this.#failed = true;
    this.#gunzip.destroy();
  }
}
