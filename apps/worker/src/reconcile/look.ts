/** What a registry has in one repository. An error is never an absence: it rejects, and nothing is said. */
import { RegistryError } from '@longshore/registry-client';
import type { ListableRegistry } from '@longshore/registry-client/list';
import { each } from '../migrate/each.js';
import { retrying } from '../migrate/retrying.js';

/** What a tag names. */
export interface Named {
  digest: string;
  mediaType?: string;
  size?: number;
}

/** What is asked. */
export interface Look {
  registry: ListableRegistry;
  repository: string;
  /** Tags that the archive has: each is asked for, too. */
  known: Iterable<string>;
  /** Requests in a second. */
  rate: number;
  signal: AbortSignal;
}

/** Requests at once. */
const CONCURRENCY = 4;

/** Undefined for a tag: the registry itself answered 404 for it. Rejects with `RegistryError`. */
export async function lookAt({ registry, repository, known, rate, signal }: Look) {
  const listed = await retrying(() => registry.tags(repository, signal), signal).catch(unlessAbsent);
  const found = new Map<string, Named | undefined>();
  await each(
    new Set([...(listed ?? []), ...known]),
    { concurrency: CONCURRENCY, rate, signal },
    async (tag) => {
      const named = await retrying(() => registry.resolve(repository, tag, signal), signal).catch(
        unlessAbsent,
      );
      found.set(tag, named);
    },
  );
  signal.throwIfAborted();
  return found;
}

/** A 404 of a proxy that has lost its registry says nothing about the registry. */
function unlessAbsent(error: unknown): undefined {
  if (!(error instanceof RegistryError) || error.kind !== 'not_found') throw error;
  if (error.attested) return undefined;
  throw new Error(
    `${error.message}; a registry has an error code or a version header there, so something before it answered`,
  );
}
