/** What a registry has, for those who compare it with what they know. */
import type { Registry } from './port.js';

/** See the header. Rejects with `RegistryError` alone, as every method of a registry. */
export interface ListableRegistry extends Registry {
  /** Names of all repositories, in pages. Registries of many tenants refuse it. */
  catalog(signal: AbortSignal): AsyncGenerator<string[]>;
  /** All tags of a repository; none where it has none. Rejects with `not_found` for an unknown one. */
  tags(repository: string, signal: AbortSignal): Promise<string[]>;
}
