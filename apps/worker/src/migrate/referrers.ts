/**
 * Signatures, SBOMs and the like that refer to an image or to one of its platforms at the source, and are not listed at
 * the target: what the engine of copies takes along.
 */
import type { Registry } from '@longshore/registry-client';
import { retrying } from './retrying.js';

/** Two registries that have the same image. */
export interface Both {
  source: Registry;
  target: Registry;
  repository: string;
  /** Of the image. */
  digest: string;
  signal: AbortSignal;
}

/** Digests, sorted. The target is asked only where the source has some. Rejects with `RegistryError`. */
export async function missingReferrers({
  source,
  target,
  repository,
  digest,
  signal,
}: Both): Promise<string[]> {
  const listed = async (registry: Registry, subject: string): Promise<string[]> => {
    const found = await retrying(() => registry.referrers(repository, subject, signal), signal);
    return found.map((one) => one.digest);
  };
  const root = await retrying(() => source.manifest(repository, digest, signal), signal);
  const subjects = new Set([digest, ...root.manifests.map((child) => child.digest)]);
  const missing = new Set<string>();
  for (const subject of subjects) {
    const there = await listed(source, subject);
    if (there.length === 0) continue;
    const here = new Set(await listed(target, subject));
    for (const one of there) if (!here.has(one)) missing.add(one);
  }
  return [...missing].sort();
}
