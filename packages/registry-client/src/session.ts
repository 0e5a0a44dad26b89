/**
 * A request to the registry with all that belongs to one: its pace, its authorization and one fresh one after a
 * 401, its redirects, and the meaning of its status. What the answer says is the business of who asks.
 */
import { setMaxListeners } from 'node:events';
import { AddressGuard } from './addresses.js';
import { Authorizer } from './authorization.js';
import { reasonIn } from './body.js';
import { credentialsOf } from './credentials.js';
import { RegistryError } from './error.js';
import { Pace } from './pace.js';
import type { RateLimit, RegistryOptions } from './port.js';
import { type FinalAnswer, follow } from './redirects.js';
import { TokenSource } from './tokens.js';
import { type HttpRequest, Transport } from './transport.js';

/** One question to the registry. */
export interface Question {
  repository: string;
  /** Below the repository: `manifests/1.0`. */
  path: string;
  method: 'GET' | 'HEAD';
  accept?: string;
  /** `bytes=0-0`; the answer may then be 206. */
  range?: string;
  signal: AbortSignal;
  /** The timeout is for silence instead of for the whole answer. */
  idle?: boolean;
}

/** The answer with status 200, or 206 where a range was asked for, and its name for messages: `registry.example.com: GET acme/app manifests/1.0`. */
export type Reader<T> = (answer: FinalAnswer, place: string) => Promise<T>;

type Verdict<T> =
  | { refusal: undefined; value: T }
  | { refusal: RegistryError; challenge: string | undefined };

/** One registry and how it is asked. */
export class Session {
  readonly base: URL;
  readonly #options: RegistryOptions;
  readonly #transport: Transport;
  readonly #pace: Pace;
  readonly #authorizer: Authorizer;

  constructor(options: RegistryOptions) {
    const { auth, trusted, timeout, reserve = 0, now = Date.now } = options;
    this.base = baseOf(options.url);
    this.#options = options;
    this.#transport = new Transport(options, new AddressGuard(this.base, trusted));
    this.#pace = new Pace({ now, reserve });
    const headersFor = (url: URL) => this.#headers(url);
    const [transport, pace] = [this.#transport, this.#pace];
    this.#authorizer = new Authorizer({
      registry: this.base,
      credentials: credentialsOf(auth, this.base.host, now),
      tokens: new TokenSource({ transport: transport.for('token'), pace, timeout, now, headersFor }),
      realms: trusted?.realms ?? [],
      settings: trusted?.settings,
    });
  }

  get rateLimit(): RateLimit {
    return this.#pace.rateLimit;
  }

  /** Rejects with `RegistryError` alone. */
  async ask<T>(question: Question, read: Reader<T>): Promise<T> {
    const { repository, path, method, signal } = question;
    const place = `${this.base.host}: ${method} ${repository} ${path}`;
    const counted = method === 'GET' && path.startsWith('manifests/');
    this.#pace.check(place, counted);
    // one signal for many requests is what it is for; node would warn of the eleventh
    setMaxListeners(0, signal);
    let authorization = await unlessAborted(signal, place, this.#authorizer.current(repository));
    for (let fresh = false; ; fresh = true) {
      const request = this.#request(question, authorization);
      const outcome = await follow(this.#transport, request, async (answer): Promise<Verdict<T>> => {
        const { status, headers, own } = answer;
        this.#pace.learn(place, status, headers);
        if (counted && own) this.#pace.count(headers);
        if (status === 200 || (status === 206 && question.range !== undefined))
          return { refusal: undefined, value: await read(answer, place) };
        const refusal = refusalOf(place, answer, await reasonIn(answer));
        if (status !== 401 || !own || fresh) throw refusal;
        return { refusal, challenge: headers['www-authenticate'] };
      });
      if (!outcome.refusal) return outcome.value;
      const next = this.#authorizer.answer(repository, outcome.challenge, authorization);
      authorization = await unlessAborted(signal, place, next);
      if (authorization === undefined) throw outcome.refusal;
    }
  }

  /** See `Registry.authorization`. */
  async authorization(
    repository: string,
    signal: AbortSignal,
    lasting: boolean,
  ): Promise<string | undefined> {
    const place = `${this.base.host}: authorization for ${repository}`;
    const found = await this.#authorizationAt(place, repository, signal);
    if (found === undefined || lasting) return found;
    if (!(await unlessAborted(signal, place, this.#authorizer.isLasting(repository, found)))) return found;
    const what = found.startsWith('Basic ') ? 'a password' : 'the configured token';
    throw new RegistryError(
      'credentials',
      `${place}: the registry takes ${what} and issues no short-lived token, and a lasting credential is not handed on by default; set credentials: true in the target to hand it on, or credentials: false if the target needs none`,
    );
  }

  async #authorizationAt(
    place: string,
    repository: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const known = await unlessAborted(signal, place, this.#authorizer.current(repository, { renew: true }));
    if (known !== undefined) return known;
    const request = { ...this.#request({ repository, path: '', method: 'GET', signal }, undefined) };
    request.url = this.#url('/v2/');
    const challenge = await this.#transport.exchange(request, async (answer) => {
      this.#pace.learn(place, answer.status, answer.headers);
      await reasonIn(answer);
      return answer.status === 401 ? answer.headers['www-authenticate'] : undefined;
    });
    return unlessAborted(signal, place, this.#authorizer.answer(repository, challenge, undefined));
  }

  close(): void {
    this.#transport.close();
  }

  #request(
    { repository, path, method, accept, range, signal, idle }: Question,
    authorization?: string,
  ): HttpRequest {
    const url = this.#url(`/v2/${repository}/${path}`);
    const headers = {
      ...this.#headers(url),
      ...(accept && { accept }),
      ...(range && { range }),
      ...(authorization && { authorization }),
    };
    return { url, method, headers, signal, timeout: this.#options.timeout, idle };
  }

  #url(path: string): URL {
    const [pathname = '', search = ''] = path.split('?');
    const url = new URL(this.base);
    url.pathname = `${url.pathname.replace(/\/$/, '')}${pathname}`;
    url.search = search;
    for (const [name, value] of Object.entries(this.#options.query ?? {})) url.searchParams.set(name, value);
    return url;
  }

  #headers(url: URL): Record<string, string | string[]> {
    const { headers = {}, userAgent } = this.#options;
    const own = url.origin === this.base.origin ? Object.entries(headers) : [];
    const given = own.map(([name, value]) => [
      name.toLowerCase(),
      typeof value === 'string' ? value : [...value],
    ]);
    return { 'user-agent': userAgent, ...Object.fromEntries(given) };
  }
}

function baseOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (plain && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  throw new RegistryError(
    'reference',
    'a registry is opened with an https:// or http:// URL of host, port and path',
  );
}

function refusalOf(place: string, { url, own, status }: FinalAnswer, reason: string): RegistryError {
  const said = `${place}${own ? '' : `, at ${url.host}`}: answered ${status}${reason}`;
  if (status === 404) return new RegistryError('not_found', said, { status });
  // at another host it is a signed URL that has expired, or a clock that is wrong
  if ((status === 401 || status === 403) && own) {
    return new RegistryError('unauthorized', `${said}; check the credentials and what they may read`, {
      status,
    });
  }
  return new RegistryError('server', said, { status });
}

/** Tokens are fetched for everybody who waits for them, so one who gives up only stops waiting. */
function unlessAborted<T>(signal: AbortSignal, place: string, pending: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(new RegistryError('aborted', `${place}: given up`));
    if (signal.aborted) aborted();
    signal.addEventListener('abort', aborted, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
