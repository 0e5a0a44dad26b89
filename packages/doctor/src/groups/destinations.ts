/** Everything that this relay connects to for an endpoint, with how it does so. Secrets are resolved. */
import {
  type AlertEndpoint,
  type BrokerEndpoint,
  type Config,
  type Env,
  everyEndpoint,
  type HttpEndpoint,
  type PreheatEndpoint,
  proxyTo,
  revealAll,
} from '@longshore/config';
import type { TlsOptions } from '@longshore/network';

/** One of them. */
export interface Destination {
  /** The endpoint's name. */
  name: string;
  /** What it is of the endpoint: `receiver`, `broker`, `registry`, `target mirror`. */
  what: string;
  url: string;
  tls: TlsOptions;
  proxy?: string;
  /** Of a message broker: its kind. */
  broker?: BrokerEndpoint['kind'];
}

/** Those of endpoints that are not disabled. What has a secret that cannot be resolved is left out: the group config has it. */
export function destinations(config: Config, env: Env = {}): Destination[] {
  return everyEndpoint(config).flatMap((endpoint) => {
    if (endpoint.kind === 'archive' || ('disabled' in endpoint && endpoint.disabled)) return [];
    try {
      if (endpoint.kind === 'preheat') return ofPreheat(endpoint, env);
      if (endpoint.kind === 'http' || endpoint.kind === 'alert') return [ofReceiver(endpoint, env)];
      if (endpoint.kind !== 'copy') return [ofBroker(endpoint)];
      const { registry, target } = endpoint.copy;
      const of = (what: string, one: Registry) => ofRegistry(endpoint.name, what, one, env);
      return [...of('registry', registry), ...of('target', target)];
    } catch {
      return [];
    }
  });
}

function ofReceiver({ name, ...endpoint }: HttpEndpoint | AlertEndpoint, env: Env): Destination {
  const { url, tls, proxy } = revealAll({ url: endpoint.url, tls: endpoint.tls, proxy: endpoint.proxy });
  return { name, what: 'receiver', url, tls, ...through(proxyTo(proxy, url, env)) };
}

function ofBroker({ name, kind, ...endpoint }: BrokerEndpoint): Destination {
  const { url, tls } = revealAll({ url: endpoint.url, tls: endpoint.tls });
  return { name, what: 'broker', url, tls, broker: kind };
}

/** The registry of an event is known when there is an event. */
function ofPreheat({ name, preheat }: PreheatEndpoint, env: Env): Destination[] {
  const registry = ofRegistry(name, 'registry', preheat.registry, env);
  const targets = preheat.targets.flatMap((target) => {
    if (!('url' in target)) return [];
    const { url: to, tls: of } = revealAll({ url: target.url, tls: target.tls });
    return [{ name, what: `target ${target.name}`, url: to, tls: of }];
  });
  return [...registry, ...targets];
}

type Registry = Pick<PreheatEndpoint['preheat']['registry'], 'url' | 'tls' | 'proxy'>;

function ofRegistry(name: string, what: string, registry: Registry, env: Env): Destination[] {
  const { url, tls, proxy } = revealAll({ url: registry.url, tls: registry.tls, proxy: registry.proxy });
  return url ? [{ name, what, url, tls, ...through(proxyTo(proxy, url, env)) }] : [];
}

const through = (proxy: string | undefined): { proxy?: string } => (proxy === undefined ? {} : { proxy });
