/**
 * One request to a token endpoint: the client credentials grant of RFC 6749. The client proves itself by Basic, which
 * every server must support (section 2.3.1), and in the body where that is refused, which some servers want instead.
 */
import { excerpt, notBeforeOf } from '@longshore/event';
import type { TlsOptions, Trust } from '@longshore/network';
import { type Agents, openAgents } from '@longshore/network/agents';
import { destinationOf, Egress, EgressRefused, guardedLookup } from '@longshore/network/egress';
import { got } from 'got';
import { isHeaderValue } from '../../header-rules.js';
import { type Received, receive } from '../../receive.js';
import { maskFor } from '../answer-text.js';
import { OWN_TROUBLE_MS } from '../transport.js';
import type { NotGranted } from './port.js';

/** How to get tokens. Secrets are resolved. */
export interface OAuth2Options {
  tokenurl: string;
  clientid: string;
  clientsecret: string;
  scopes: readonly string[];
  audience?: string;
  tls?: TlsOptions;
  /** Default: node's own list. */
  trust?: Trust;
  /** Url of the proxy to the token endpoint. */
  proxy?: string;
  egress?: Egress;
  userAgent: string;
}

/** A token, and how long it lasts. */
export interface Token {
  value: string;
  /** Milliseconds. */
  lifetime: number;
}

/** A token endpoint that takes longer is unavailable. */
const TIMEOUT_MS = 5_000;
const BODY_LIMIT_BYTES = 64 * 1024;
/** Of a token whose lifetime the answer does not say, which it should (section 5.1). */
const DEFAULT_LIFETIME_MS = 300_000;
/** A `Retry-After` of the token endpoint is followed up to this. */
const LONGEST_PAUSE_MS = 60_000;

/** Asks one token endpoint. */
export class TokenRequest {
  readonly #url: URL;
  readonly #agents: Agents;
  readonly #closing = new AbortController();
  #inBody = false;

  /** @throws Error for certificates that cannot be read */
  constructor(private readonly options: OAuth2Options) {
    this.#url = new URL(options.tokenurl);
    const { tls, trust, proxy } = options;
    const parts = { url: options.tokenurl, tls, trust, proxy, timeout: TIMEOUT_MS };
    this.#agents = openAgents(parts, this.#closing.signal);
  }

  /** Never rejects. */
  async send(): Promise<Token | NotGranted> {
    try {
      let answer = await this.#ask(this.#inBody);
      if (!this.#inBody && isClientRefused(answer)) {
        const other = await this.#ask(true);
        if (other.status === 200) this.#inBody = true;
        if (other.status === 200 || isBusy(other.status)) answer = other;
      }
      return this.#read(answer);
    } catch (error) {
      return this.#failed(error);
    }
  }

  close(): void {
    this.#closing.abort();
    this.#agents.destroy();
  }

  async #ask(inBody: boolean): Promise<Received> {
    const { clientid, clientsecret, scopes, audience, userAgent } = this.options;
    const form = {
      grant_type: 'client_credentials',
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(audience !== undefined && { audience }),
      ...(inBody && { client_id: clientid, client_secret: clientsecret }),
    };
    const basic = Buffer.from(`${asForm(clientid)}:${asForm(clientsecret)}`).toString('base64');
    // got hears the signal also after its request, so each request has one of its own
    const stop = new AbortController();
    const onClose = () => stop.abort();
    const dnsLookup = this.#lookup();
    const stream = got.stream.post(this.#url, {
      headers: {
        'user-agent': userAgent,
        accept: 'application/json',
        ...(!inBody && { authorization: `Basic ${basic}` }),
      },
      form,
      agent: this.#agents.for(this.#url),
      ...dnsLookup,
      timeout: { request: TIMEOUT_MS },
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      decompress: false,
      signal: stop.signal,
    });
    this.#closing.signal.addEventListener('abort', onClose);
    try {
      return await receive(stream, BODY_LIMIT_BYTES);
    } finally {
      this.#closing.signal.removeEventListener('abort', onClose);
    }
  }

  /** The operator wrote the url. A proxy resolves its name. */
  #lookup() {
    const { egress = new Egress() } = this.options;
    const where = destinationOf(this.#url);
    const denied = egress.denies(where);
    if (denied) throw denied;
    const dnsLookup = guardedLookup(this.#url, (address) => egress.refusal(where, address));
    return this.#agents.proxied ? {} : { dnsLookup };
  }

  #read(answer: Received): Token | NotGranted {
    const { status, body } = answer;
    if (isBusy(status)) {
      const notBefore = notBeforeOf(answer.header('retry-after'), Date.now()) ?? 0;
      return this.#unavailable(`answered ${status}`, notBefore);
    }
    if (status !== 200) return this.#refused(`answered ${status}${this.#said(body)}`);
    const { access_token: value, token_type: type = 'bearer', expires_in: seconds } = objectIn(body);
    if (typeof value !== 'string' || value === '' || !isHeaderValue(value)) {
      return this.#refused('answered 200 without an access_token');
    }
    if (String(type).toLowerCase() !== 'bearer')
      return this.#refused('gives tokens of another type than bearer');
    const lifetime = Number(seconds) * 1_000;
    return { value, lifetime: lifetime > 0 ? lifetime : DEFAULT_LIFETIME_MS };
  }

  /** What the endpoint says about its refusal (section 5.2), without what it may echo. */
  #said(body: string): string {
    const { error, error_description: description } = objectIn(body);
    const words = [error, description].filter((word) => typeof word === 'string').join(': ');
    const { clientid, clientsecret } = this.options;
    const basic = Buffer.from(`${asForm(clientid)}:${asForm(clientsecret)}`).toString('base64');
    return words === ''
      ? ''
      : ` (${excerpt(maskFor([clientsecret, asForm(clientsecret), basic])(words), 200)})`;
  }

  #failed(error: unknown): NotGranted {
    const causes = [error, error instanceof Error ? error.cause : undefined];
    const refused = causes.find((one) => one instanceof EgressRefused);
    if (refused) {
      const detail = `auth.oauth2.tokenurl leads to ${refused.message}`;
      return { result: { kind: 'retry', reason: 'egress', detail } };
    }
    if (this.#closing.signal.aborted) return { result: 'aborted' };
    return this.#unavailable(error instanceof Error ? error.message : String(error));
  }

  #unavailable(what: string, notBefore = 0): NotGranted {
    const why = `the token endpoint ${this.#url.host} is unavailable (${excerpt(what, 200)}); check auth.oauth2.tokenurl and the issuer`;
    const now = Date.now();
    const until = Math.min(Math.max(notBefore, now + OWN_TROUBLE_MS), now + LONGEST_PAUSE_MS);
    return { result: { kind: 'deferred', until, why, ours: 'token' } };
  }

  #refused(what: string): NotGranted {
    const detail = `the token endpoint ${this.#url.host} ${what}; check clientid, clientsecret, scopes and audience in auth.oauth2`;
    return { result: { kind: 'retry', reason: 'token', detail } };
  }
}

/** It asks for time, or is broken. */
const isBusy = (status: number): boolean => status === 429 || status === 408 || status >= 500;

/** Some servers answer 400 to a way of authentication that they do not take. */
const isClientRefused = ({ status, body }: Received): boolean =>
  status === 401 || (status === 400 && /invalid_(client|request)/.test(String(objectIn(body).error)));

/** A text as it stands in a form (section 2.3.1). */
const asForm = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

function objectIn(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
