/**
 * One part of an image through the cache: read to its end and forgotten, or only asked for by HEAD.
 *
 * A transfer is never given up while bytes come: some caches store nothing then (Distribution 3). The digest is
 * compared on the way.
 */
import type { Registry } from '@longshore/registry-client';
import type { Aborted, Pending, Settled, WarmCall, WarmItem } from '../target.js';
import { afterFirst, lookAgain, readLook } from './keeping.js';
import type { Wanted, WantedBlob } from './wanted.js';

/**
 * `handle`: of the last answer, when the cache had not shown that it keeps the blob.
 * @throws RegistryError
 */
export async function fetchBlob(
  registry: Registry,
  item: WarmItem,
  wanted: WantedBlob,
  { handle, onBytes }: Pick<WarmCall, 'handle' | 'onBytes'>,
): Promise<Settled | Pending | Aborted> {
  const { repository, method, signal } = wanted;
  const look = readLook(handle);
  if (look) {
    onBytes?.(look.bytes);
    return lookAgain(registry, item, look, wanted);
  }
  const how = { method: method === 'head' ? 'HEAD' : 'GET', signal, onBytes } as const;
  return afterFirst(registry, item, await registry.drain(repository, item, how), wanted);
}

/**
 * Of the root its tag as well, and last: without it the cache does not know what the tag means when the registry
 * is away.
 * @throws RegistryError
 */
export async function fetchManifest(registry: Registry, item: WarmItem, wanted: Wanted): Promise<Settled> {
  const { image } = wanted;
  const warmed = await fetchOne(registry, item.digest, item, wanted);
  if (item.digest !== image.digest || image.tag === undefined) return warmed;
  const { digest } = await fetchTag(registry, image.tag, wanted);
  if (digest === image.digest) return warmed;
  const detail = `the cache knows the tag ${image.tag} as ${digest}: it was pushed again, or the cache is behind`;
  return { ...warmed, verified: false, detail };
}

async function fetchOne(
  registry: Registry,
  reference: string,
  { size }: WarmItem,
  { repository, method, signal }: Wanted,
) {
  if (method === 'head') {
    const head = await registry.resolve(repository, reference, signal);
    return { state: 'warmed', bytes: head.size ?? size, verified: false } as const;
  }
  const manifest = await registry.manifest(repository, reference, signal, { size });
  return { state: 'warmed', bytes: manifest.size, verified: manifest.verified } as const;
}

function fetchTag(registry: Registry, tag: string, { repository, method, signal }: Wanted) {
  return method === 'head'
    ? registry.resolve(repository, tag, signal)
    : registry.manifest(repository, tag, signal);
}
