/**
 * The beginning of a walk: the root, once it is there, and its platform.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Platform } from './descriptor.js';
import { platformOf } from './descriptor.js';
import { isDigest } from './digest.js';
import { RegistryError } from './error.js';
import { jsonOf } from './json.js';
import type { Manifest } from './manifest.js';
import type { Registry } from './port.js';
import type { WalkStart } from './walk-types.js';
import { hasImageConfig } from './wanted.js';

/**
 * The root of an image. One that does not exist yet is requested again after each wait of `gap` (milliseconds):
 * a registry sends its event before the tag is written, and before all of its copies have the manifest.
 */
export async function findRoot(
  registry: Registry,
  { repository, reference }: WalkStart,
  gap: readonly number[],
  signal: AbortSignal,
): Promise<Manifest> {
  for (let tries = 0; ; tries++) {
    try {
      // HEAD of a tag, then GET of its digest: only the second is counted by registries that count
      const { digest } = isDigest(reference)
        ? { digest: reference }
        : await registry.resolve(repository, reference, signal);
      return await registry.manifest(repository, digest, signal);
    } catch (error) {
      const wait = gap[tries];
      if (wait === undefined || !(error instanceof RegistryError && error.kind === 'not_found')) throw error;
      await pause(wait, signal, `${registry.host}: ${repository}@${reference}`);
    }
  }
}

/**
 * The platform of an image that no index lists, from its configuration. With buildx every image of an index
 * is pushed with an event of its own, and without this all platforms would be taken, one by one.
 */
export async function platformOfRoot(
  registry: Registry,
  repository: string,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<Platform | undefined> {
  const { config } = manifest;
  if (!config || !hasImageConfig(manifest)) return undefined;
  try {
    return platformOf(jsonOf(await registry.blob(repository, config, signal)));
  } catch (error) {
    // the warming of the image reports a broken configuration
    const known = error instanceof RegistryError && ['not_found', 'limit'].includes(error.kind);
    if (known) return undefined;
    throw error;
  }
}

async function pause(wait: number, signal: AbortSignal, place: string): Promise<void> {
  try {
    await delay(wait, undefined, { signal });
  } catch {
    throw new RegistryError('aborted', `${place}: given up while waiting for the manifest`);
  }
}
