/**
 * The sockets of one registry: kept alive, with its certificates, through its proxy.
 *
 * A private CA is trusted besides the system's, because redirects lead to object storage with a public
 * certificate. The client certificate is for the registry's own host: shown elsewhere it would tell who asks.
 */
import { type Agent, type ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import * as tls from 'node:tls';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { RegistryError } from './error.js';
import type { RegistryOptions } from './port.js';

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

const KEEP = { keepAlive: true } as const;

/**
 * Throws `tls` for certificates or a key that cannot be read, `reference` for a proxy that is no URL. `closing`
 * ends connections to a proxy that never answered; the requests that wanted them are long gone then.
 */
export function agentsFor({ url, tls: given = {}, proxy }: RegistryOptions, closing: AbortSignal): Agents {
  const { cert, key } = given;
  const others = contextOf({ ca: given.ca });
  const own = cert === undefined ? others : contextOf({ ca: given.ca, cert, key });
  const through = proxy === undefined ? undefined : proxyOf(proxy);
  const options = { ...KEEP, signal: closing };
  const http = through ? new HttpProxyAgent(through, options) : new HttpAgent(KEEP);
  const httpsWith = (secureContext: tls.SecureContext) =>
    through
      ? new TlsThroughProxy(through, options, secureContext)
      : new HttpsAgent({ ...KEEP, secureContext });
  const pair = (secureContext: tls.SecureContext) => ({
    http,
    https: httpsWith(secureContext) as HttpsAgent,
  });
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
  readonly #secureContext: tls.SecureContext;

  constructor(proxy: URL, options: ProxyOptions, secureContext: tls.SecureContext) {
    super(proxy, options);
    this.#secureContext = secureContext;
  }

  override connect(request: ClientRequest, options: Parameters<HttpsProxyAgent<string>['connect']>[1]) {
    const inside = {
      ...options,
      secureContext: this.#secureContext,
      checkServerIdentity: (_: string, cert: tls.PeerCertificate) =>
        tls.checkServerIdentity(options.host ?? '', cert),
    };
    return super.connect(request, inside);
  }
}

function contextOf({ ca, ...client }: { ca?: string; cert?: string; key?: string }): tls.SecureContext {
  try {
    return tls.createSecureContext({ ...client, ...(ca !== undefined && { ca: trustedWith(ca) }) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RegistryError('tls', `tls: the certificates or the key cannot be read: ${reason}`);
  }
}

/** The system's certificates, with NODE_EXTRA_CA_CERTS where node can tell (22.15 and newer), and this one. PEM. */
export function trustedWith(ca: string): string[] {
  const all: unknown = Reflect.get(tls, 'getCACertificates');
  return [...(typeof all === 'function' ? all('default') : tls.rootCertificates), ca];
}

function proxyOf(proxy: string): URL {
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new RegistryError('reference', 'the proxy is no http:// or https:// URL');
}
