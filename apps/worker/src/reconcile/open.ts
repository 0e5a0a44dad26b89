/** The registry behind a source, opened to be listed: its client, its rate, and where the names of repositories are. */
import { type Config, type RegistrySettings, revealAll } from '@longshore/config';
import { createFetch, systemTrust } from '@longshore/network';
import { Egress } from '@longshore/network/egress';
import { type ListableRegistry, openListableRegistry } from '@longshore/registry-client/list';
import { type RegistryFinder, registryAt } from '../copy-registry.js';
import { registryAuthOf } from '../registry-auth.js';
import { gitlabRepositories } from './gitlab.js';
import { harborRepositories } from './harbor.js';
import { repositoriesIn } from './names.js';

/** See the header. The caller closes the registry. */
export interface OpenSource {
  source: string;
  kind: string;
  registry: ListableRegistry;
  /** Requests in a second. */
  rate: number;
  repositories(signal: AbortSignal): Promise<string[]>;
}

const TIMEOUT_MS = 30_000;
/** Requests in a second to a registry that is named by hand. */
const RATE = 20;

/** A registry that is named by hand. Throws as {@link openSource} does. */
export function openNamed(
  { source, url }: { source: string; url: string },
  finder: RegistryFinder,
): OpenSource {
  const userAgent = `longshore/${finder.version}`;
  const registry = openListableRegistry({ ...registryAt(url, 'registry', finder), userAgent });
  const kind = finder.config?.sources.find(({ name }) => name === source)?.kind ?? source;
  return { source, kind, registry, rate: RATE, repositories: (signal) => repositoriesIn(registry, signal) };
}

/** @param settings one of `registries`. Throws LongshoreError SECRET_MISSING, and `RegistryError` for a url that is none */
export function openSource(config: Config, settings: RegistrySettings, version: string): OpenSource {
  const { source } = settings;
  const { auth, realms, addresses, rate, api, source: _, debug: __, ...rest } = revealAll(settings);
  // On the shared path the name of a source is its kind.
  const kind = config.sources.find(({ name }) => name === source)?.kind ?? source;
  const [egress, trust, userAgent] = [new Egress(config.egress), systemTrust(), `longshore/${version}`];
  const registry = openListableRegistry({
    ...{ ...rest, auth: registryAuthOf(auth), egress, trust, userAgent, timeout: TIMEOUT_MS },
    trusted: { realms, addresses, settings: 'registries.' },
  });
  const get = createFetch({ tls: rest.tls, trust, egress });
  const [user] = Object.entries(auth.basic ?? {});
  return {
    ...{ source, kind, registry, rate: (rate.count * 1_000) / rate.perMs },
    repositories(signal) {
      const common = { fetch: get, signal, userAgent };
      if (api !== undefined) {
        return gitlabRepositories({ ...common, api, ...(user && { token: user[1] }) });
      }
      if (kind === 'harbor')
        return harborRepositories({ ...common, url: rest.url, ...(user && { basic: user }) });
      return repositoriesIn(registry, signal);
    },
  };
}
