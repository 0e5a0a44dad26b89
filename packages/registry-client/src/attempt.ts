/**
 * The end of one attempt: the caller's signal, the client's closing, or time. One place knows which it was.
 *
 * Not `AbortSignal.any`: those made of a signal that lives as long as the process are not freed in all releases
 * of Node 20. Here every listener is removed when the attempt ends.
 */

/** Why an attempt was ended from this side. */
export type Ended = 'aborted' | 'timeout';

/** One attempt at one request. */
export class Attempt {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #sources: readonly AbortSignal[];
  #ended: Ended | undefined;

  /** `timeout` in milliseconds. */
  constructor(sources: readonly AbortSignal[], timeout: number) {
    this.#sources = sources;
    this.#timer = setTimeout(() => this.#end('timeout'), timeout);
    for (const source of sources) source.addEventListener('abort', this.#aborted);
    if (sources.some(({ aborted }) => aborted)) this.#aborted();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Undefined as long as nobody on this side ended it. */
  get ended(): Ended | undefined {
    return this.#ended;
  }

  /** Something came: the time starts anew. */
  touch(): void {
    this.#timer.refresh();
  }

  /** To be called in any case. */
  close(): void {
    clearTimeout(this.#timer);
    for (const source of this.#sources) source.removeEventListener('abort', this.#aborted);
  }

  readonly #aborted = () => this.#end('aborted');

  #end(why: Ended): void {
    this.#ended ??= why;
    this.#controller.abort();
  }
}
