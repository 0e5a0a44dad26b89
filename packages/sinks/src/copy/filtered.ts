/**
 * An index of which only some platforms are copied: a registry refuses one that lists what it does not have. So it is
 * written again without the others, and has another digest.
 */
import { createHash } from 'node:crypto';
import type { Manifest, Registry } from '@longshore/registry-client';
import { MANIFEST_TYPES } from '@longshore/registry-client/walk';
import type { PushedManifest } from '@longshore/registry-client/write';
import { fieldsOf, listOf, parsed, textOf } from '../preheat/targets/handle.js';

interface Given {
  registry: Registry;
  repository: string;
  /** Digests that are copied. */
  copied: ReadonlySet<string>;
  signal: AbortSignal;
}

/** The index with only those entries that are copied; unchanged when these are all. Rejects with `RegistryError`. */
export async function filtered(manifest: Manifest, given: Given): Promise<PushedManifest> {
  if (manifest.kind !== 'index') return manifest;
  const index = fieldsOf(parsed(String(manifest.body))) ?? {};
  const entries = listOf(index.manifests);
  const kept: unknown[] = [];
  for (const entry of entries) {
    const digest = textOf(fieldsOf(entry)?.digest) ?? '';
    if (given.copied.has(digest)) kept.push(await entryOf(entry, digest, given));
  }
  if (kept.length === entries.length && kept.every((entry, at) => entry === entries[at])) return manifest;
  const body = Buffer.from(JSON.stringify({ ...index, manifests: kept }));
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  return { digest, mediaType: manifest.mediaType, body };
}

/** An index in it may have another digest, too. */
async function entryOf(entry: unknown, digest: string, given: Given): Promise<unknown> {
  const fields = fieldsOf(entry);
  if (MANIFEST_TYPES.get(textOf(fields?.mediaType) ?? '') !== 'index') return entry;
  const inner = await given.registry.manifest(given.repository, digest, given.signal);
  const written = await filtered(inner, given);
  if (written.digest === digest) return entry;
  return { ...fields, digest: written.digest, size: written.body.length };
}
