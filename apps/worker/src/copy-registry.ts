/** A registry that is named by hand: with the credentials that the configuration has for it, else with docker's. */
import { type Config, type CopyEndpoint, revealAll } from '@longshore/config';
import { systemTrust } from '@longshore/network';
import { Egress } from '@longshore/network/egress';
import type { CopySinkOptions } from '@longshore/sinks/preheat';
import { copyOptions } from './preheat-options.js';
import { registryAuthOf } from './registry-auth.js';

/** Where credentials are looked for. */
export interface RegistryFinder {
  /** Of a relay: its endpoints of kind copy know credentials, and it says where connections may lead. */
  config?: Config;
  /** Path of docker's `config.json`, for registries that no endpoint knows; absent: anonymous. */
  dockerConfig?: string;
  version: string;
}

/** What a registry is opened with. */
export type CopyRegistry = Pick<
  CopySinkOptions['target'],
  'url' | 'timeout' | 'auth' | 'tls' | 'egress' | 'trust'
>;

/** Milliseconds without progress. */
const TIMEOUT_MS = 30_000;

/** The endpoint of kind copy with this registry. */
export function copyEndpointOf(
  config: Config | undefined,
  url: string,
  side: 'registry' | 'target',
): CopyEndpoint | undefined {
  return config?.notifications.endpoints.find((endpoint): endpoint is CopyEndpoint => {
    if (endpoint.kind !== 'copy') return false;
    return hostOf(endpoint.copy[side].url.reveal()) === hostOf(url);
  });
}

/**
 * As an endpoint of kind copy has it; of a source as `registries` has it; else with docker's credentials.
 * @param url base url. @throws LongshoreError SECRET_MISSING
 */
export function registryAt(
  url: string,
  side: 'registry' | 'target',
  { config, dockerConfig, version }: RegistryFinder,
): CopyRegistry {
  const egress = new Egress(config?.egress);
  const known = copyEndpointOf(config, url, side);
  if (known) return copyOptions(known, version, egress)[side];
  const common = { timeout: TIMEOUT_MS, egress, trust: systemTrust() };
  const read = config?.registries.find(
    (one) => side === 'registry' && hostOf(one.url.reveal()) === hostOf(url),
  );
  if (read) {
    const { auth, realms, addresses, rate: _, source: __, api: ___, ...rest } = revealAll(read);
    const trusted = { realms, addresses, settings: 'registries.' };
    return { ...rest, ...{ ...common, auth: registryAuthOf(auth) }, ...{ trusted } };
  }
  return { url, ...common, ...(dockerConfig !== undefined && { auth: { dockerConfig } }) };
}

const hostOf = (url: string): string => new URL(url).host;
