/**
 * The end of one attempt: the caller's signal, the client's closing, or time. One place knows which it was.
 *
 * Not `AbortSignal.any`: those made of a signal that lives as long as the process are not freed in all releases
 * of Node 20. Here every listener is removed when the attempt ends.
 */

/** Why an attempt was ended from this side. `slow`, `long`: a transfer, see {@link Attempt.transfer}. */
export type Ended = 'aborted' | 'timeout' | 'slow' | 'long';

/** A transfer with less than this is ended: a slot and a lease are not for one byte in each timeout. */
export const SLOWEST_BYTES_PER_MINUTE = 256 * 1024;
/** A transfer is ended after this, however fast it is: a body of unknown size may have no end. */
export const LONGEST_TRANSFER_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;

/** One attempt at one request. */
export class Attempt {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #timeout: number;
  #pace: NodeJS.Timeout | undefined;
  #bytes = 0;
  readonly #sources: readonly AbortSignal[];
  #ended: Ended | undefined;

  /** `timeout` in milliseconds. */
  constructor(sources: readonly AbortSignal[], timeout: number) {
    this.#sources = sources;
    this.#timeout = timeout;
    this.#timer = setTimeout(() => this.#end('timeout'), timeout);
    for (const source of sources) source.addEventListener('abort', this.#aborted);
    if (sources.some(({ aborted }) => aborted)) this.#aborted();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Undefined unless this side ended it. */
  get ended(): Ended | undefined {
    return this.#ended;
  }

  /**
   * The head of a large body came: from here on the timeout is for silence. Ends as `slow` when too little comes in a
   * minute, or in the timeout where that is longer, because a server may be silent for nearly as long.
   */
  transfer(): void {
    this.#timer.refresh();
    const window = Math.max(this.#timeout, MINUTE_MS);
    const least = (SLOWEST_BYTES_PER_MINUTE * window) / MINUTE_MS;
    let left = Math.ceil(LONGEST_TRANSFER_MS / window);
    this.#pace = setInterval(() => {
      left--;
      if (this.#bytes < least) this.#end('slow');
      else if (left === 0) this.#end('long');
      this.#bytes = 0;
    }, window);
  }

  /** So many bytes came. The silence is over. */
  moved(bytes: number): void {
    this.#bytes += bytes;
    this.#timer.refresh();
  }

  /** To be called in any case. */
  close(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#pace);
    for (const source of this.#sources) source.removeEventListener('abort', this.#aborted);
  }

  readonly #aborted = () => this.#end('aborted');

  #end(why: Ended): void {
    this.#ended ??= why;
    this.#controller.abort();
  }
}
