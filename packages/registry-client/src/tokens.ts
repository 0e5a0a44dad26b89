/**
 * Tokens of a token server (distribution, "token authentication" and "OAuth2 token"). One request for all who
 * need the same token at the same time, and one token for all until shortly before it expires.
 */
import { overLimit, readBody, reasonIn } from './body.js';
import { RegistryError } from './error.js';
import type { Pace } from './pace.js';
import { type TokenRequest, tokenIn, tokenQuestions } from './token-request.js';
import type { HttpAnswer, HttpRequest, Transport } from './transport.js';

/** Milliseconds before its end at which a token is no longer used. */
const MARGIN = 10_000;
const TOKEN_BYTES = 1024 * 1024;
/** Of tokens that are kept: one per repository; the oldest goes. */
const MOST = 1000;

interface Token {
  text: string;
  /** Epoch milliseconds. */
  until: number;
}

interface TokenSourceOptions {
  transport: Pick<Transport, 'exchange'>;
  pace: Pace;
  /** Milliseconds. */
  timeout: number;
  now: () => number;
  /** What a request to this URL carries, besides credentials. */
  headersFor: (url: URL) => Record<string, string | string[]>;
}

/** The tokens of one registry. */
export class TokenSource {
  readonly #options: TokenSourceOptions;
  readonly #tokens = new Map<string, Token>();
  readonly #inFlight = new Map<string, Promise<Token>>();

  constructor(options: TokenSourceOptions) {
    this.#options = options;
  }

  /** `refused`: one that did not work, so another is fetched unless somebody did already. Not bound to a caller's signal. */
  async get(request: TokenRequest, refused?: string): Promise<string> {
    const key = JSON.stringify([request.realm.href, request.service, request.scope, request.credential]);
    const known = this.#tokens.get(key);
    if (known && known.text !== refused && known.until > this.#options.now()) return known.text;
    const pending = this.#inFlight.get(key) ?? this.#begin(key, request);
    return (await pending).text;
  }

  #begin(key: string, request: TokenRequest): Promise<Token> {
    const pending = this.#fetch(request)
      .then((token) => {
        this.#tokens.delete(key);
        this.#tokens.set(key, token);
        const [oldest] = this.#tokens.keys();
        if (oldest !== undefined && this.#tokens.size > MOST) this.#tokens.delete(oldest);
        return token;
      })
      .finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, pending);
    return pending;
  }

  async #fetch(request: TokenRequest): Promise<Token> {
    const [first, second] = tokenQuestions(request);
    try {
      return await this.#ask(first);
    } catch (error) {
      const notServed = error instanceof RegistryError && (error.status === 404 || error.status === 405);
      if (second && notServed) return this.#ask(second);
      throw error;
    }
  }

  #ask({
    url,
    method,
    headers,
    body,
  }: Pick<HttpRequest, 'url' | 'method' | 'headers' | 'body'>): Promise<Token> {
    const { transport, timeout, headersFor } = this.#options;
    const request: HttpRequest = {
      url,
      method,
      headers: { ...headersFor(url), ...headers },
      ...(body !== undefined && { body }),
      signal: new AbortController().signal,
      timeout,
    };
    return transport.exchange(request, (answer) => this.#read(`token server ${url.host}`, answer));
  }

  async #read(place: string, answer: HttpAnswer): Promise<Token> {
    const { pace, now } = this.#options;
    const { status } = answer;
    pace.learn(place, status, answer.headers);
    if (status !== 200) throw refusal(place, status, await reasonIn(answer));
    const { token, lifetime, issued } = tokenIn(
      await readBody(answer, TOKEN_BYTES, overLimit(place, TOKEN_BYTES)),
      place,
    );
    const since = Math.min(issued ?? now(), now());
    // a token lives at least a minute, whatever the two clocks think of it
    return { text: token, until: Math.max(since + lifetime, now() + 60_000) - MARGIN };
  }
}

function refusal(place: string, status: number, reason: string): RegistryError {
  const said = `${place}: answered ${status}${reason}`;
  if (status >= 300 && status < 400) {
    return new RegistryError('redirect', `${said}; credentials are not sent on`, { status });
  }
  if (status >= 500) return new RegistryError('server', said, { status });
  return new RegistryError('unauthorized', `${said}; check the credentials of the registry`, { status });
}
