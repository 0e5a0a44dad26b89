/** Where a registry's credentials come from: the options, or a file that may be replaced while we run. */
import { DockerConfig } from './docker-config.js';
import type { Credential, RegistryAuth } from './port.js';

/** The credentials of one registry. */
export interface Credentials {
  /** Undefined: anonymous. Rejects with `credentials` when the place they should be in has a fault. */
  for(repository: string): Promise<Credential | undefined>;
  /** They were refused: read them again. */
  forget(): void;
}

/** `host`: `host[:port]` of the registry. */
export function credentialsOf(auth: RegistryAuth | undefined, host: string, now: () => number): Credentials {
  if (auth && 'dockerConfig' in auth) {
    const file = new DockerConfig(auth.dockerConfig, now);
    return { for: (repository) => file.credential(host, repository), forget: () => file.forget() };
  }
  return { for: async () => auth, forget: () => {} };
}
