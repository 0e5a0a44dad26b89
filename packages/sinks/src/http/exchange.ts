/**
 * One request on one connection, under one deadline.
 *
 * The head of the answer is the verdict: once status and headers were read, nothing that happens to the body
 * changes them. The body is only for showing. It is read up to a limit or to the deadline, whichever comes
 * first; a body that is cut, malformed, slow or endless costs the connection and nothing else.
 *
 * Says how it ended and decides nothing. Does not end the connection either: the caller gives it back after
 * a whole answer and drops it after everything else, which also ends what may still be going on there.
 */
import { setMaxListeners } from 'node:events';
import type { Opening } from '@longshore/event';
import type { Dispatcher } from 'undici';
import type { Connection } from './connection.js';
import type { AnswerHead } from './judge.js';

/** Of the answer's body so much is read; what is longer ends with the connection. */
export const BODY_LIMIT_BYTES = 64 * 1024;

/** Of the answer's body so much is kept. More than is shown, so that a secret at the cut can be masked. */
const BODY_KEPT_BYTES = 4 * 1024;

/** `setTimeout` fires at once for anything longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * How long the body of a 2xx may keep the delivery waiting. Most bodies come with their head. One that takes
 * longer is read in the background, so that an event stream holds no slot of the endpoint until the deadline.
 */
const BODY_OF_SUCCESS_MS = 100;

/** How far an attempt came without a head. */
export type Phase = 'connecting' | 'waiting';

/** How an exchange ended, and what was learned until then. */
export interface Ending {
  /** `answered`: `head` is set. The other kinds ended before a head was read. */
  kind: 'answered' | 'failed' | 'timeout' | 'aborted';
  phase: Phase;
  /** Status and headers, once they were read. */
  head?: AnswerHead;
  /** The first part of the answer's body, as much as came. */
  body: Buffer[];
  /** Whether the answer was read to its end, so that the connection can take the next request. */
  whole: boolean | Promise<boolean>;
  /** Of a connection that was opened for it. */
  opening?: Opening;
  /** Of a failure. */
  error?: Error;
  /** A failure before the first byte of an answer. */
  silent: boolean;
}

/** What ends an exchange from this side. */
export interface ExchangeLimits {
  /** Milliseconds from now; rounded up to the whole millisecond that timers know. */
  timeout: number;
  /** The body is part of the verdict: it is read to its end or to the deadline before a 2xx counts. Default: false. */
  needsBody?: boolean;
  /** Ends the exchange: as `aborted` before the head, as `answered` after it. */
  signal: AbortSignal;
}

/** Sends the request. Resolves always, at the deadline at the latest; never rejects. */
export function exchange(
  connection: Connection,
  request: Dispatcher.DispatchOptions,
  limits: ExchangeLimits,
): Promise<Ending> {
  return new Promise((resolve) => {
    const running = new Exchange(connection, limits, resolve);
    if (limits.signal.aborted) running.end('aborted');
    else connection.dispatch(request, running);
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  #phase: Phase = 'connecting';
  #head: AnswerHead | undefined;
  readonly #body: Buffer[] = [];
  #bodyBytes = 0;
  #bytesBefore = 0;
  #ended = false;
  readonly #deadline: NodeJS.Timeout;
  /** Of a 2xx whose body takes its time: settles it, and reports later how its body ended. */
  #bodyTimer: NodeJS.Timeout | undefined;
  #reportWhole: ((whole: boolean) => void) | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly limits: ExchangeLimits,
    private readonly resolve: (ending: Ending) => void,
  ) {
    // One turn of the event loop after the deadline: an answer that had arrived by then counts, even when
    // this process was too busy to read it.
    const onDeadline = () => setImmediate(() => this.end('timeout'));
    this.#deadline = setTimeout(onDeadline, Math.min(Math.ceil(limits.timeout), LONGEST_TIMER_MS));
    // All attempts of a process share one signal, and each takes its listener off again: no leak to warn of.
    setMaxListeners(0, limits.signal);
    limits.signal.addEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = () => this.end('aborted');

  onRequestStart(): void {
    this.#phase = 'waiting';
    this.#bytesBefore = this.connection.bytesRead;
    this.connection.expectHead();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200) return; // informational; the answer follows
    this.#head = { status, retryAfter: first(headers['retry-after']), location: first(headers.location) };
    // most bodies come in the packet of their head, and end before this
    if (status < 300) queueMicrotask(() => this.#waitForBody());
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#bodyBytes < BODY_KEPT_BYTES) {
      this.#body.push(chunk.subarray(0, BODY_KEPT_BYTES - this.#bodyBytes));
    }
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > BODY_LIMIT_BYTES) this.end('answered');
  }

  onResponseEnd(): void {
    this.connection.answered();
    this.end('answered', { whole: true });
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: Error): void {
    const unread = this.#phase === 'connecting' || this.connection.bytesRead === this.#bytesBefore;
    this.end('failed', { error, silent: unread });
  }

  #waitForBody(): void {
    if (!this.#ended && !this.limits.needsBody)
      this.#bodyTimer = setTimeout(() => this.#settleEarly(), BODY_OF_SUCCESS_MS);
  }

  #settleEarly(): void {
    const whole = new Promise<boolean>((report) => {
      this.#reportWhole = report;
    });
    this.#resolveWith('answered', { whole });
  }

  /** The first ending counts. */
  end(kind: Ending['kind'], more: { whole?: boolean; error?: Error; silent?: boolean } = {}): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#bodyTimer);
    this.limits.signal.removeEventListener('abort', this.#onAbort);
    if (this.#reportWhole) this.#reportWhole(more.whole === true);
    else this.#resolveWith(this.#head ? 'answered' : kind, more);
  }

  #resolveWith(kind: Ending['kind'], more: Partial<Pick<Ending, 'whole' | 'error' | 'silent'>>): void {
    const { whole = false, silent = false, error } = more;
    const { opening } = this.connection;
    this.resolve({
      kind,
      phase: this.#phase,
      head: this.#head,
      body: this.#body,
      whole,
      opening,
      error,
      silent,
    });
  }
}

type Headers = Record<string, string | string[] | undefined>;

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
