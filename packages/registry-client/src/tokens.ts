/**
 * Tokens of a token server (distribution, "token authentication" and "OAuth2 token"). One request for all who
 * need the same token at the same time, and one token for all until shortly before it expires.
 */

import { overLimit, readText, reasonIn } from './body.js';
import { BoundedMap } from './bounded-map.js';
import { RegistryError } from './error.js';
import { Pace } from './pace.js';
import { afterRedirect, MOST_TOKEN_REDIRECTS, type TokenTrust } from './token-redirect.js';
import { type TokenQuestion, type TokenRequest, tokenIn, tokenQuestions } from './token-request.js';
import type { HttpAnswer, HttpRequest, Transport } from './transport.js';

/** Milliseconds before its end at which a token is no longer used. */
const EXPIRY_MARGIN_MS = 10_000;
const TOKEN_BYTES = 1024 * 1024;
/** Of tokens that are kept: one per repository. */
const MOST = 1000;
/** Of token servers whose pace is known. A registry has one. */
const MOST_SERVERS = 20;

interface Token {
  text: string;
  /** Epoch milliseconds. */
  until: number;
}

interface TokenSourceOptions extends TokenTrust {
  transport: Pick<Transport, 'exchange'>;
  /** The registry's, which is also that of a token server at the registry's own origin. */
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
  readonly #tokens = new BoundedMap<string, Token>(MOST);
  /** By origin. A pause of a token server is not one of the registry, where known tokens still work. */
  readonly #paces = new BoundedMap<string, Pace>(MOST_SERVERS);
  readonly #inFlight = new Map<string, Promise<Token>>();

  constructor(options: TokenSourceOptions) {
    this.#options = options;
  }

  /** `refused`: one that did not work, so another is fetched unless that was done already. Not bound to a caller's signal. */
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
        this.#tokens.set(key, token);
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

  async #ask(first: TokenQuestion): Promise<Token> {
    let question = first;
    for (let redirects = 0; redirects <= MOST_TOKEN_REDIRECTS; redirects++) {
      const outcome = await this.#exchange(question);
      if ('text' in outcome) return outcome;
      question = outcome;
    }
    const { host } = first.url;
    throw new RegistryError('redirect', `token server ${host}: more than ${MOST_TOKEN_REDIRECTS} redirects`);
  }

  #exchange(question: TokenQuestion): Promise<Token | TokenQuestion> {
    const { transport, timeout, headersFor } = this.#options;
    const { url, headers } = question;
    const place = `token server ${url.host}`;
    const pace = this.#paceOf(url);
    pace.check(place, false);
    const request: HttpRequest = {
      ...question,
      headers: { ...headersFor(url), ...headers },
      signal: new AbortController().signal,
      timeout,
    };
    return transport.exchange(request, async (answer): Promise<Token | TokenQuestion> => {
      const { status } = answer;
      pace.learn(place, status, answer.headers);
      const next = afterRedirect(question, { status, location: answer.headers.location }, this.#options);
      if (!next) return this.#read(place, answer);
      await reasonIn(answer);
      return next;
    });
  }

  #paceOf({ origin }: URL): Pace {
    const { registry, pace, now } = this.#options;
    if (origin === registry.origin) return pace;
    const known = this.#paces.get(origin) ?? new Pace({ now, reserve: 0 });
    this.#paces.set(origin, known);
    return known;
  }

  async #read(place: string, answer: HttpAnswer): Promise<Token> {
    const { now } = this.#options;
    const { status } = answer;
    if (status !== 200) throw refusal(place, status, await reasonIn(answer));
    const { token, lifetime, issued } = tokenIn(
      await readText(answer, TOKEN_BYTES, overLimit(place, TOKEN_BYTES)),
      place,
    );
    const since = Math.min(issued ?? now(), now());
    // a token lives at least a minute, even where the two clocks differ
    return { text: token, until: Math.max(since + lifetime, now() + 60_000) - EXPIRY_MARGIN_MS };
  }
}

function refusal(place: string, status: number, reason: string): RegistryError {
  const said = `${place}: answered ${status}${reason}`;
  if (status >= 300 && status < 400) {
    return new RegistryError('redirect', `${said} without a Location`, { status });
  }
  if (status >= 500) return new RegistryError('server', said, { status });
  return new RegistryError('unauthorized', `${said}; check the credentials of the registry`, { status });
}
