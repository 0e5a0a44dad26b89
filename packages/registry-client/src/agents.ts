/**
 * The sockets of one registry: kept alive, with its certificates, through its proxy.
 *
 * A private CA is trusted besides the system's, because redirects lead to object storage with a public
 * certificate. The client certificate is for the registry's own host: shown elsewhere it would reveal the client.
 */
import { type Agent, type ClientRequest, Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import * as tls from 'node:tls';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { RegistryError } from './error.js';
import type { RegistryOptions } from './port.js';
import { addressTimeout, TlsAgent, withoutDot } from './tls-agent.js';
import { nodesCertificates, type Trust } from './trust.js';

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

type Context = () => tls.SecureContext | undefined;

/**
 * Throws `tls` for certificates or a key that cannot be read, `reference` for a proxy that is no URL. `closing`
 * ends connections to a proxy that never answered; the requests that wanted them are long gone then.
 */
export function agentsFor(registry: RegistryOptions, closing: AbortSignal): Agents {
  const { url, tls: given = {}, proxy, trust } = registry;
  const { cert, key } = given;
  const keep = { keepAlive: true, autoSelectFamilyAttemptTimeout: addressTimeout(registry.timeout) };
  const others = contextOf({ ca: given.ca }, trust);
  const own = cert === undefined ? others : contextOf({ ca: given.ca, cert, key }, trust);
  const through = proxy === undefined ? undefined : proxyOf(proxy);
  const options = { ...keep, signal: closing };
  const http = through ? new HttpProxyAgent(through, options) : new HttpAgent(keep);
  const httpsWith = (context: Context) =>
    through ? new TlsThroughProxy(through, options, context) : new TlsAgent(keep, context);
  const pair = (context: Context) => ({ http, https: httpsWith(context) as HttpsAgent });
  const ownPair = pair(own);
  const otherPair = own === others ? ownPair : pair(others);
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
  readonly #context: Context;

  constructor(proxy: URL, options: ProxyOptions, context: Context) {
    super(proxy, options);
    this.#context = context;
  }

  override connect(request: ClientRequest, options: Parameters<HttpsProxyAgent<string>['connect']>[1]) {
    const inside = {
      ...options,
      ...withoutDot(options),
      secureContext: this.#context(),
      checkServerIdentity: (_: string, cert: tls.PeerCertificate) =>
        tls.checkServerIdentity(options.host ?? '', cert),
    };
    return super.connect(request, inside);
  }
}

/**
 * Without certificates of the registry's own, the one context of the process. With them its own, made at once so
 * that unreadable ones are reported at once; the other trusted ones are added when it is first used.
 */
function contextOf(given: { ca?: string; cert?: string; key?: string }, trust: Trust | undefined): Context {
  const { ca, cert, key } = given;
  if (ca === undefined && cert === undefined) return () => trust?.context();
  const checked = readable(() => tls.createSecureContext({ ca, cert, key }));
  let whole: tls.SecureContext | undefined;
  return () => {
    if (ca === undefined && trust === undefined) return checked;
    whole ??= tls.createSecureContext({ cert, key, ca: trustedWith(ca, trust) });
    return whole;
  };
}

function readable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RegistryError('tls', `tls: the certificates or the key cannot be read: ${reason}`);
  }
}

/** All that is trusted, and this one. PEM. */
export function trustedWith(ca: string | undefined, trust?: Trust): string[] {
  return [...(trust?.certificates() ?? nodesCertificates()), ...(ca === undefined ? [] : [ca])];
}

function proxyOf(proxy: string): URL {
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new RegistryError('reference', 'the proxy is not an http:// or https:// URL');
}
