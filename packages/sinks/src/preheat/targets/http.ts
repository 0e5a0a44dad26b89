/**
 * One request of a target, and the connections under it. Returns a value, also for every failure.
 *
 * Credentials and configured headers go to the hosts of the target's own urls and to no other, whatever names
 * it. A host that an answer names is checked by the address that is connected to. Redirects are not followed, nothing is retried, bodies are read up to a limit, and an answer's text is
 * masked before anybody sees it.
 */
import { setMaxListeners } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { addressTimeout, secureOptions, TlsAgent } from '@longshore/network';
import { EgressRefused } from '@longshore/network/egress';
import { type Got, got } from 'got';
import { type Mask, maskFor } from '../../http/answer-text.js';
import { failureOf } from '../../http/transport.js';
import { receive } from '../../receive.js';
import { type Credentials, credentialsOf } from './credentials.js';
import { failed, refused } from './failure.js';
import { NamedHosts } from './named-hosts.js';
import type { CommonOptions } from './options.js';
import type { Base } from './place.js';
import { withoutSecrets } from './scrub.js';
import type { Aborted, Failed } from './target.js';

/** Of an answer's body at most so many bytes are read, unless a request says otherwise. */
const BODY_LIMIT = 64 * 1024;

/** One request to a target. */
export interface Ask {
  method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  url: URL;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Bytes of the answer's body. */
  bodyLimit?: number;
  /** More texts that must not be shown. */
  secrets?: readonly string[];
}

/** What came back: any status. */
export interface Answer {
  kind: 'answer';
  status: number;
  /** Of several lines of one name the first. Undefined when absent. */
  header(name: string): string | undefined;
  /** The body as it came, up to the limit. For reading, never for showing. */
  body: string;
  /** A text of this answer as people may see it: its beginning, without secrets. */
  show(text: string): string;
  /** `host:port` */
  place: string;
}

/** What came of it. Never an exception: a failure has its reason. */
export type Reply =
  | Answer
  | ({ kind: 'failed' } & { failed: Failed })
  | { kind: 'aborted'; aborted: Aborted };

/** The requests of one target. */
export class TargetHttp {
  readonly #client: Got;
  readonly #agents: { http: HttpAgent; https: TlsAgent };
  readonly #own: ReadonlyMap<string, Base>;
  readonly #named: NamedHosts;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  /** `own`: the target's own urls. */
  constructor(
    private readonly options: CommonOptions,
    own: readonly Base[],
  ) {
    this.#own = new Map(own.map((base) => [base.url.origin, base]));
    this.#named = new NamedHosts(own, options);
    // A connection for each request: looks are seconds apart, which is when servers close idle connections
    const connect = { autoSelectFamilyAttemptTimeout: addressTimeout(options.timeout) };
    this.#agents = {
      http: new HttpAgent(connect),
      https: new TlsAgent(connect, secureOptions(options.tls, options.trust)),
    };
    this.#client = got.extend({
      agent: this.#agents,
      retry: { limit: 0 },
      throwHttpErrors: false,
      followRedirect: false,
      decompress: false,
      timeout: { request: Math.min(Math.ceil(options.timeout), 2 ** 31 - 1) },
      headers: { 'user-agent': options.userAgent, 'accept-encoding': undefined },
    });
  }

  /** Never rejects. `aborted` when the signal or {@link close} ended it. */
  async ask(ask: Ask, signal: AbortSignal): Promise<Reply> {
    const running = this.#ask(ask, signal);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  async #ask(ask: Ask, signal: AbortSignal): Promise<Reply> {
    if (signal.aborted || this.#closing.signal.aborted) return ABORTED;
    const place = `${ask.url.hostname}:${ask.url.port || (ask.url.protocol === 'https:' ? '443' : '80')}`;
    const credentials = this.#credentials(ask.url);
    if ('state' in credentials) return { kind: 'failed', failed: credentials };
    const mask = maskFor([...credentials.secrets, ...(ask.secrets ?? [])]);

    const stop = new AbortController();
    const onAbort = () => stop.abort();
    // All calls of a process share one signal, and each takes its listener off again: no leak to warn of.
    setMaxListeners(0, signal, this.#closing.signal);
    signal.addEventListener('abort', onAbort);
    this.#closing.signal.addEventListener('abort', onAbort);
    try {
      const { method, url, json, bodyLimit = BODY_LIMIT } = ask;
      const headers = { ...credentials.headers, ...ask.headers };
      // without a body got's stream of a POST waits for one to be written
      const body = json === undefined && method === 'POST' ? '' : undefined;
      const dnsLookup = await this.#named.lookupFor(url);
      if (stop.signal.aborted) return ABORTED;
      const stream = this.#client.stream(url, {
        method,
        json,
        body,
        headers,
        dnsLookup,
        signal: stop.signal,
      });
      const received = await receive(stream, bodyLimit);
      return { kind: 'answer', ...received, show: (text) => shown(text, mask), place };
    } catch (error) {
      if (stop.signal.aborted) return ABORTED;
      return { kind: 'failed', failed: this.#failure(error, place, mask) };
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#closing.signal.removeEventListener('abort', onAbort);
    }
  }

  #credentials(url: URL): Credentials | Failed {
    const base = this.#own.get(url.origin);
    if (base === undefined) return { headers: {}, secrets: [] };
    try {
      return credentialsOf(this.options, base);
    } catch (error) {
      const why = error instanceof Error ? error.message : 'they cannot be read';
      return failed('credentials', `target ${this.options.name}: ${why}`);
    }
  }

  #failure(error: unknown, place: string, mask: Mask): Failed {
    const cause = error instanceof Error ? error : new Error(String(error));
    const refusal = [cause, cause.cause].find((one) => one instanceof EgressRefused);
    if (refusal) return failed('egress', `the target leads to ${refusal.message}`);
    const { reason } = failureOf(cause, place);
    const said =
      reason === 'timeout' ? `no complete response within ${this.options.timeout} ms` : mask(cause.message);
    return failed(reason, `${place}: ${said}; check the target’s url and the network`);
  }
}

/** What an unsuccessful answer means. `said`: its words; its whole body unless given. `now`: epoch milliseconds. */
export function refusedBy(answer: Answer, now: number, said: string = answer.body): Failed {
  const { status, place } = answer;
  return refused({ status, place, retryAfter: answer.header('retry-after'), said: answer.show(said) }, now);
}

const ABORTED: Reply = { kind: 'aborted', aborted: { state: 'aborted' } };

function shown(text: string, mask: Mask): string {
  return withoutSecrets(mask(text.slice(0, 4096)));
}
