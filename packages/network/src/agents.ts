/**
 * Sockets for requests to one server and to where its answers lead: kept alive, with its certificates, through its proxy.
 *
 * A private CA is trusted besides the system's, because redirects lead to object storage with a public
 * certificate. The client certificate is for the server's own host: shown elsewhere it would reveal the client.
 */
import { type Agent, type ClientRequest, Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { addressTimeout, TlsAgent, withoutDot } from './tls/agent.js';
import { tlsFault } from './tls/certificates.js';
import { type SecureOptions, secureOptions, type TlsOptions } from './tls/options.js';
import type { Trust } from './trust/trust.js';

/** What the sockets depend on. */
export interface AgentOptions {
  /** Of the server: to its host alone the client certificate is shown. */
  url: string;
  tls?: TlsOptions;
  /** Trusted besides `tls.ca`. Default: node's own list. */
  trust?: Trust;
  /** `http://[user:password@]host:port`, for all requests. Names are then resolved by the proxy. */
  proxy?: string;
  /** Milliseconds of one request. */
  timeout: number;
}

/** As got takes them. */
interface AgentPair {
  http: Agent;
  https: HttpsAgent;
}

/** The sockets, by where a request goes. */
export interface Agents {
  /** Names are resolved by a proxy. */
  readonly proxied: boolean;
  for(url: URL): AgentPair;
  destroy(): void;
}

type ProxyOptions = { keepAlive: boolean; signal: AbortSignal };

type Secure = () => SecureOptions;

/**
 * `closing` ends connections to a proxy that never answered; the requests that wanted them are long gone then.
 * @throws Error for certificates or a key that cannot be read, and for a proxy that is no URL
 */
export function openAgents(
  { url, tls: given = {}, proxy, trust, timeout }: AgentOptions,
  closing: AbortSignal,
): Agents {
  const { cert: _, key: __, servername: ___, ...elsewhere } = given;
  const fault = tlsFault(given);
  if (fault) throw new Error(`tls.${fault.key} ${fault.why}`);
  // Redirects lead to object storage with a public certificate: an authority counts beside the others
  const own = secureOptions(given, trust, 'beside');
  const others = secureOptions(elsewhere, trust, 'beside');
  const isShared = given.cert === undefined && given.servername === undefined;
  const keep = { keepAlive: true, autoSelectFamilyAttemptTimeout: addressTimeout(timeout) };
  const through = proxy === undefined ? undefined : proxyOf(proxy);
  const options = { ...keep, signal: closing };
  const http = through ? new HttpProxyAgent(through, options) : new HttpAgent(keep);
  const pair = (secure: Secure) => {
    const https = through ? new TlsThroughProxy(through, options, secure) : new TlsAgent(keep, secure);
    return { http, https: https as HttpsAgent };
  };
  const ownPair = pair(own);
  const otherPair = isShared ? ownPair : pair(others);
  const { hostname } = new URL(url);
  return {
    proxied: through !== undefined,
    for: (target) => (target.hostname === hostname ? ownPair : otherPair),
    destroy: () => {
      for (const agent of [http, ownPair.https, otherPair.https]) agent.destroy();
    },
  };
}

/**
 * The package gives TLS options to the proxy's connection only; these are for the registry's, inside of it. And
 * inside of a tunnel it checks the certificate of an address against the name `localhost`.
 */
class TlsThroughProxy extends HttpsProxyAgent<string> {
  readonly #secure: Secure;

  constructor(proxy: URL, options: ProxyOptions, secure: Secure) {
    super(proxy, options);
    this.#secure = secure;
  }

  override connect(request: ClientRequest, options: Parameters<HttpsProxyAgent<string>['connect']>[1]) {
    const secure = this.#secure();
    const inside = {
      ...options,
      ...withoutDot(options),
      ...secure,
      checkServerIdentity: (_: string, cert: PeerCertificate) =>
        checkServerIdentity(secure.servername ?? options.host ?? '', cert),
    };
    return super.connect(request, inside);
  }
}

function proxyOf(proxy: string): URL {
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new Error('the proxy is not an http:// or https:// URL');
}
