/**
 * Joins the chunks of a body in one buffer. A list of chunks costs some 200 bytes for each of them, and a sender
 * may send its body in chunks of one byte.
 */
import { busy } from './refusals.js';

/** Room for the usual event, so that it is copied once. */
const FIRST_BYTES = 4 * 1024;

/** Takes chunks until the body is whole. */
export class Collector {
  #bytes: Buffer | undefined;
  #size = 0;

  /**
   * @param most bytes that the body may have
   * @param reserve claims room for so many bytes in all; false when there is none
   * @param expected bytes that the body will have, when that is known
   */
  constructor(
    private readonly most: number,
    private readonly reserve: (bytes: number) => boolean,
    private readonly expected?: number,
  ) {}

  /**
   * @returns false when the body is larger than it may be
   * @throws LongshoreError SOURCE_BUSY
   */
  add(chunk: Buffer): boolean {
    const size = this.#size + chunk.length;
    if (size > this.most) return false;
    if (this.#bytes === undefined && chunk.length === this.expected) {
      this.#claim(size);
      this.#bytes = chunk;
    } else {
      this.#room(size).set(chunk, this.#size);
    }
    this.#size = size;
    return true;
  }

  /** The body as far as it has come. */
  get body(): Buffer {
    return this.#bytes?.subarray(0, this.#size) ?? Buffer.alloc(0);
  }

  #room(size: number): Buffer {
    const old = this.#bytes;
    if (old && old.length >= size) return old;
    const wanted = Math.max(size, this.expected ?? Math.max(FIRST_BYTES, 2 * (old?.length ?? 0)));
    const length = Math.min(wanted, this.most);
    this.#claim(length);
    // Not zeroed: pages that no chunk reaches are never resident.
    const bytes = Buffer.allocUnsafe(length);
    old?.copy(bytes, 0, 0, this.#size);
    this.#bytes = bytes;
    return bytes;
  }

  #claim(bytes: number): void {
    if (!this.reserve(bytes)) throw busy();
  }
}
