/**
 * A request to the registry with all that belongs to one: its pace, its authorization and one fresh one after a
 * refusal, its redirects, and the meaning of its status. The caller reads the answer.
 */
import { setMaxListeners } from 'node:events';
import { AddressGuard } from './addresses.js';
import { Authorizer } from './authorization.js';
import { reasonIn } from './body.js';
import { strongestIn } from './challenge.js';
import { credentialsOf } from './credentials.js';
import { RegistryError } from './error.js';
import { Offers } from './offers.js';
import { Pace } from './pace.js';
import type { RateLimit, RegistryOptions } from './port.js';
import { type FinalAnswer, follow } from './redirects.js';
import { refusalOf } from './refusal.js';
import { TokenSource } from './tokens.js';
import { type HttpRequest, Transport } from './transport.js';

/** One question to the registry. */
export interface Question {
  repository: string;
  /** Below the repository: `manifests/1.0`. */
  path: string;
  /** Instead of `path`: where the registry has sent an upload to. Its query may be a secret. */
  url?: URL;
  method: HttpRequest['method'];
  accept?: string;
  /** What is sent. `range`: of an upload, `0-33554431`. */
  content?: { bytes: Buffer; type: string; range?: string };
  /** Statuses of an answer that is read. Default: 200, and 206 where a range was asked for. */
  accepts?: readonly number[];
  /** `bytes=0-0`; the answer may then be 206. */
  range?: string;
  signal: AbortSignal;
  /** The timeout is for silence instead of for the whole answer. */
  idle?: boolean;
}

/** The answer with an accepted status, and its name for messages: `registry.example.com: GET acme/app manifests/1.0`. */
export type Reader<T> = (answer: FinalAnswer, place: string) => Promise<T>;

type Verdict<T> =
  | { refusal: undefined; value: T }
  | { refusal: RegistryError; own: boolean; challenge: string | undefined };

/** One registry and how it is asked. */
export class Session {
  readonly base: URL;
  readonly #options: RegistryOptions;
  readonly #transport: Transport;
  readonly #pace: Pace;
  readonly #authorizer: Authorizer;
  readonly #now: () => number;
  readonly #offers: Offers;

  /** `writes`: tokens are asked for that may push. */
  constructor(options: RegistryOptions, { writes = false } = {}) {
    const { auth, trusted, timeout, reserve = 0, now = Date.now } = options;
    this.base = baseOf(options.url);
    this.#options = options;
    this.#now = now;
    this.#transport = new Transport(options, new AddressGuard(this.base, trusted, options.egress));
    this.#pace = new Pace({ now, reserve });
    const headersFor = (url: URL) => this.#headers(url);
    const [transport, pace, realms] = [this.#transport, this.#pace, trusted?.realms ?? []];
    this.#authorizer = new Authorizer({
      registry: this.base,
      credentials: credentialsOf(auth, this.base.host, now),
      tokens: new TokenSource({
        ...{ registry: this.base, realms, transport: transport.for('token'), pace, timeout, now, headersFor },
      }),
      realms,
      settings: trusted?.settings,
      ...(writes && { actions: 'pull,push' }),
    });
    const welcome = () => this.#askWelcome(new AbortController().signal);
    this.#offers = new Offers({ authorizer: this.#authorizer, welcome, now });
  }

  get rateLimit(): RateLimit {
    return this.#pace.rateLimit;
  }

  /** Rejects with `RegistryError` alone. */
  async ask<T>(question: Question, read: Reader<T>): Promise<T> {
    const { repository, path, method, signal } = question;
    const place = `${this.base.host}: ${method} ${repository} ${path}`;
    this.#pace.check(place, isCounted(question));
    // one signal for many requests is what it is for; node would warn of the eleventh
    setMaxListeners(0, signal);
    const first = await unlessAborted(signal, place, this.#authorizer.current(repository));
    const verdict = await this.#once(question, first, place, read);
    if (!verdict.refusal) return verdict.value;
    const { refusal, own, challenge } = verdict;
    if (!own) throw refusal;
    if (refusal.status === 401) {
      const answer = this.#authorizer.answer(repository, challenge, first);
      const next = await unlessAborted(signal, place, answer);
      if (next !== undefined) return this.#last(question, next, place, read);
      if (strongestIn(challenge)) throw refusal;
    }
    if (first !== undefined) throw refusal;
    const offer = await unlessAborted(signal, place, this.#offers.after(repository, refusal));
    const again = () => this.#last(question, offer.authorization, place, read);
    return this.#offers.use(repository, offer, refusal, again);
  }

  async #last<T>(question: Question, authorization: string, place: string, read: Reader<T>): Promise<T> {
    const verdict = await this.#once(question, authorization, place, read);
    if (verdict.refusal) throw verdict.refusal;
    return verdict.value;
  }

  #once<T>(
    question: Question,
    authorization: string | undefined,
    place: string,
    read: Reader<T>,
  ): Promise<Verdict<T>> {
    const request = this.#request(question, authorization);
    const isHome = request.url.origin === this.base.origin;
    const { accepts = question.range === undefined ? [200] : [200, 206] } = question;
    return follow(this.#transport, request, async (found): Promise<Verdict<T>> => {
      const answer = { ...found, own: found.own && isHome };
      const { status, headers, own } = answer;
      // a storage or CDN that is busy says nothing of the registry
      if (own) this.#pace.learn(place, status, headers);
      if (own && isCounted(question)) this.#pace.count(headers);
      if (accepts.includes(status)) return { refusal: undefined, value: await read(answer, place) };
      const reason = await reasonIn(answer);
      const credentials = await this.#authorizer.has(question.repository);
      const refusal = refusalOf(answer, { place, reason, credentials, now: this.#now() });
      return { refusal, own, challenge: headers['www-authenticate'] };
    });
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
      `${place}: the registry takes ${what} and issues no short-lived token, and a lasting credential is not passed on by default; set credentials: true in the target to pass it on, or credentials: false if the target needs none`,
    );
  }

  async #authorizationAt(
    place: string,
    repository: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const known = await unlessAborted(signal, place, this.#authorizer.current(repository, { renew: true }));
    if (known !== undefined) return known;
    const challenge = await this.#askWelcome(signal);
    if (challenge === undefined) return undefined;
    const offer = await unlessAborted(signal, place, this.#authorizer.offer(repository, challenge));
    if (offer) this.#authorizer.keep(repository, offer, false);
    return offer?.authorization;
  }

  /** The challenge of `/v2/`; undefined when it has none. */
  #askWelcome(signal: AbortSignal): Promise<string | undefined> {
    const url = this.#url('/v2/');
    const { timeout } = this.#options;
    const request = { url, method: 'GET', headers: this.#headers(url), signal, timeout } as const;
    return follow(this.#transport, request, async (answer) => {
      const { own, status, headers } = answer;
      if (own) this.#pace.learn(`${this.base.host}: GET /v2/`, status, headers);
      await reasonIn(answer);
      return own && status === 401 ? headers['www-authenticate'] : undefined;
    });
  }

  close(): void {
    this.#transport.close();
  }

  #request(
    { repository, path, url: given, method, accept, range, content, signal, idle }: Question,
    authorization?: string,
  ): HttpRequest {
    const url = given ?? this.#url(`/v2/${repository}/${path}`);
    const writes = method !== 'GET' && method !== 'HEAD';
    const headers = {
      ...this.#headers(url),
      ...(accept && { accept }),
      ...(range && { range }),
      ...(content && { 'content-type': content.type }),
      ...(content?.range && { 'content-range': content.range }),
      ...(writes && { 'content-length': String(content?.bytes.length ?? 0) }),
      ...(authorization && url.origin === this.base.origin && { authorization }),
    };
    const body = content?.bytes;
    return { url, method, headers, signal, timeout: this.#options.timeout, idle, ...(body && { body }) };
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

/** Docker Hub counts these. */
function isCounted({ method, path }: Question): boolean {
  return method === 'GET' && path.startsWith('manifests/');
}

/** Tokens are fetched for all callers that wait for them, so a caller that gives up only stops waiting. */
function unlessAborted<T>(signal: AbortSignal, place: string, pending: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(new RegistryError('aborted', `${place}: given up`));
    if (signal.aborted) aborted();
    signal.addEventListener('abort', aborted, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
