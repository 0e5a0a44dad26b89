/**
 * The sink of every kind of broker: one connection for an endpoint, opened with the first attempt and again after it
 * was lost. A message counts as delivered when the broker has confirmed it, and never before.
 */
import { type Delivery, excerpt, printable } from '@longshore/event';
import { secureOptions, tlsFault } from '@longshore/network';
import { Egress } from '@longshore/network/egress';
import { type Mask, maskFor } from '../http/answer-text.js';
import { failureOf, OWN_TROUBLE_MS, ownTroubleOf } from '../http/transport.js';
import { joined } from '../preheat/joined-signal.js';
import type { Attempt, AttemptResult, Sink } from '../sink.js';
import type { BrokerOptions, Connect, Message, Session } from './driver.js';
import { BrokerFault, PackageMissing } from './fault.js';
import { messageOf } from './message.js';
import { type BrokerTarget, brokerTarget, type Scheme } from './target.js';

/** What differs between the kinds. */
export interface Kind {
  schemes: Readonly<Record<string, Scheme>>;
  connect: Connect;
  /** What must not be shown beside the url's. */
  secrets?: readonly string[];
}

/** Never throws: options that cannot work are the result of each attempt. */
export function openBroker(options: BrokerOptions, kind: Kind): Sink {
  const target = brokerTarget(options.url, kind.schemes);
  const tls = tlsFault(options.tls ?? {});
  const problem =
    'fault' in target
      ? new BrokerFault('url', `the endpoint’s url ${target.fault}; correct it`)
      : tls && new BrokerFault('tls', `the endpoint’s tls.${tls.key} ${tls.why}; correct it`);
  if (problem || 'fault' in target) {
    const connect = () => Promise.reject(problem);
    return new BrokerSink(options, { ...kind, connect }, { ...NOWHERE });
  }
  return new BrokerSink(options, kind, target);
}

const NOWHERE: BrokerTarget = {
  ...{ secure: false, host: '', port: 0, origin: '', authority: '', path: '', place: '' },
  ...{ user: '', password: '', name: '', secrets: [] },
};

/** A connection from its first packet to its last. */
interface Link {
  session: Promise<Session>;
  ends: AbortController;
}

class BrokerSink implements Sink {
  readonly #closing = new AbortController();
  readonly #links = new Set<Promise<void>>();
  readonly #secure: ReturnType<typeof secureOptions>;
  readonly #mask: Mask;
  #link: Link | undefined;

  constructor(
    private readonly options: BrokerOptions,
    private readonly kind: Kind,
    private readonly target: BrokerTarget,
  ) {
    this.#secure = secureOptions(options.tls, options.trust);
    this.#mask = maskFor([...target.secrets, ...(kind.secrets ?? [])]);
  }

  send(deliveries: readonly Delivery[], attempt: Attempt): Promise<AttemptResult[]> {
    return Promise.all(deliveries.map((delivery) => this.#sendOne(delivery, attempt)));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#drop(this.#link);
    await Promise.all(this.#links);
  }

  async #sendOne(delivery: Delivery, { number, signal: shutdown }: Attempt): Promise<AttemptResult> {
    if (shutdown.aborted || this.#closing.signal.aborted) return 'aborted';
    const message = messageOf({ ...this.options, delivery, attempt: number });
    if ('kind' in message) return message;
    const { signal, release } = joined(shutdown, this.#closing.signal);
    const state: Progress = {};
    try {
      const said = await within(this.#publish(message, state), this.options.timeout, signal);
      return { kind: 'delivered', reason: 'confirmed', body: this.#mask(printable(said)) };
    } catch (error) {
      if (error instanceof Aborted) return 'aborted';
      if (!(error instanceof BrokerFault)) this.#drop(state.link);
      return this.#failed(error instanceof Error ? error : new Error(String(error)), state);
    } finally {
      release();
    }
  }

  async #publish(message: Message, state: Progress): Promise<string> {
    this.#link ??= this.#open();
    state.link = this.#link;
    const session = await state.link.session;
    state.connected = true;
    return session.publish(message);
  }

  #open(): Link {
    const ends = new AbortController();
    const { egress = new Egress() } = this.options;
    const connecting = { target: this.target, secure: this.#secure, egress, signal: ends.signal };
    const session = this.kind.connect({ ...connecting, ended: () => this.#drop(link) });
    const link: Link = { session, ends };
    // An attempt that waits for the session gets the error; without a session nothing is left to close.
    const closed = session.then(
      (open) => onAbort(ends.signal).then(() => open.close()),
      () => this.#drop(link),
    );
    this.#links.add(closed);
    void closed.finally(() => this.#links.delete(closed));
    return link;
  }

  /** The next attempt opens another one. */
  #drop(link: Link | undefined): void {
    if (this.#link === link) this.#link = undefined;
    link?.ends.abort();
  }

  #failed(error: Error, { connected = false }: Progress): AttemptResult {
    const { place, secure } = this.target;
    if (error instanceof PackageMissing) {
      return { kind: 'deferred', until: Date.now() + OWN_TROUBLE_MS, why: error.message, ours: 'package' };
    }
    if (error instanceof BrokerFault) {
      const detail = this.#mask(place ? `${place}: ${printable(error.message)}` : error.message);
      return { kind: error.final ? 'dead' : 'retry', reason: error.reason, detail };
    }
    if (error instanceof Late) return { kind: 'retry', reason: 'timeout', detail: this.#late(connected) };
    const ours = ownTroubleOf(error, place);
    if (ours) {
      const why = this.#mask(ours.detail);
      return { kind: 'deferred', until: Date.now() + OWN_TROUBLE_MS, why, ours: ours.trouble };
    }
    const trusted = () => this.options.trust?.places() ?? 'Node.js’ own list';
    const { reason, detail } = failureOf(error, place, { trusted, ...(secure && { closes: 'tls' }) });
    return { kind: 'retry', reason, detail: this.#mask(excerpt(detail, DETAIL_LENGTH)) };
  }

  #late(connected: boolean): string {
    const { place } = this.target;
    const { timeout } = this.options;
    return connected
      ? `${place}: no confirmation within ${timeout} ms; check the broker’s log and its load, or raise the endpoint’s timeout`
      : `${place}: no connection within ${timeout} ms; check host, port, firewalls, and TLS against none`;
  }
}

/** Characters. */
const DETAIL_LENGTH = 600;

/** How far an attempt came. */
interface Progress {
  link?: Link;
  connected?: boolean;
}

class Late extends Error {}
class Aborted extends Error {}

const onAbort = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** @throws Late, Aborted: what is in progress is left to the caller */
async function within<T>(work: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  // Decided below, or of no more interest
  work.catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  let abort = () => {};
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late()), Math.max(1, ms));
    abort = () => reject(new Aborted());
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
