/** The result of an attempt, from how its exchange ended. No result holds a secret of the endpoint. */
import type { Opening, Outcome } from '@longshore/event';
import { BODY_BYTES } from '@longshore/formats';
import type { AttemptResult, Deferred } from '../sink.js';
import { answerText, type Mask } from './answer-text.js';
import type { Ending } from './exchange.js';
import { judge } from './judge.js';
import type { HttpSinkOptions } from './options.js';
import { blameProxy, type HttpProxy } from './proxy.js';
import type { Target } from './target.js';
import { failureOf, OWN_TROUBLE_MS, ownTroubleOf, timedOut } from './transport.js';

/** What results depend on beside the exchange. */
export interface ResultParts extends Pick<HttpSinkOptions, 'timeout' | 'tls' | 'trust' | 'answers'> {
  target: Target;
  proxy?: HttpProxy;
  mask: Mask;
}

/** See the header. One for each endpoint. */
export class Results {
  constructor(private readonly parts: ResultParts) {}

  /** @param events in the request */
  of(ending: Ending, events: number): AttemptResult {
    const result = this.#verdict(ending, events);
    const { opening } = ending;
    // Of what was delivered the total is enough.
    if (!opening || result === 'aborted' || result.kind === 'deferred' || result.kind === 'delivered')
      return result;
    return { ...result, opening: rounded(opening) };
  }

  #verdict({ kind, phase, head, error, body, silent }: Ending, events: number): AttemptResult {
    const { target, proxy, mask, timeout, answers } = this.parts;
    const ours = error && this.#ours(error);
    if (ours) return ours;
    if (head !== undefined) {
      // Of what is not tunnelled the proxy answers in the receiver's place.
      if (head.status === 407 && proxy && !target.secure) {
        const refused = this.#ours(blameProxy(new Error('answered 407'), proxy));
        if (refused) return refused;
      }
      const text = answerText(body, mask);
      const start = answers?.body === undefined ? undefined : startOf(body);
      const verdict = judge(head, target, { now: Date.now(), text, events, answers, body: start });
      return { ...verdict, detail: verdict.detail && mask(verdict.detail), body: text };
    }
    if (kind === 'aborted') return 'aborted';
    if (kind === 'timeout') {
      return { kind: 'retry', ...timedOut(phase, target.place, timeout, target.secure) };
    }
    return this.#failed(error, silent);
  }

  /** Of an attempt that could not be made. */
  ofError(error: Error): AttemptResult {
    return this.#ours(error) ?? this.#failed(error);
  }

  /** Whether the other side closed the connection. */
  isReset({ error, silent }: Pick<Ending, 'error' | 'silent'>): boolean {
    return this.#failed(error, silent).reason === 'reset';
  }

  /** An error of our own is no attempt. */
  #ours(error: Error): Deferred | undefined {
    const ours = ownTroubleOf(error, this.parts.target.place);
    if (!ours) return undefined;
    const { trouble, detail } = ours;
    const why = this.parts.mask(detail);
    return { kind: 'deferred', until: Date.now() + OWN_TROUBLE_MS, why, ours: trouble };
  }

  #failed(error = new Error('no answer'), silent = false): Outcome & { kind: 'retry' } {
    const { target, mask } = this.parts;
    const closes = target.secure ? 'tls' : 'plain';
    const about = { closes: silent ? closes : undefined, trusted: () => this.#trusted() } as const;
    const { reason, detail } = failureOf(error, target.place, about);
    return { kind: 'retry', reason, detail: mask(detail) };
  }

  /** For people. */
  #trusted(): string {
    if (this.parts.tls?.ca !== undefined) return 'the endpoint’s tls.ca alone';
    return this.parts.trust?.places() ?? 'Node.js’ own list';
  }
}

const rounded = (opening: Opening): Opening =>
  Object.fromEntries(Object.entries(opening).map(([step, ms]) => [step, Math.round(ms)]));

const startOf = (body: readonly Buffer[]): string => Buffer.concat(body).subarray(0, BODY_BYTES).toString();
