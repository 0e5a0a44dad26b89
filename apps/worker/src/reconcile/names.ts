/** Names of the repositories of a registry, from its catalog or its own API. */
import type { ListableRegistry } from '@longshore/registry-client/list';

/** Rejects with what the registry client throws. */
export async function repositoriesIn(registry: ListableRegistry, signal: AbortSignal): Promise<string[]> {
  const names = new Set<string>();
  for await (const page of registry.catalog(signal)) for (const name of page) names.add(name);
  return [...names];
}
