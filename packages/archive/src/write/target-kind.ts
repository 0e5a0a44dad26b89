/** What an event is about, as far as it can be said: a delete of a blob and of a manifest look the same. */
import type { RegistryEvent } from '@longshore/event';
import { TARGET_KINDS } from '../db/tables.js';

const INDEXES = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);

const MANIFESTS = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.artifact.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
]);

/** One of {@link TARGET_KINDS}. */
export function targetKind({ action, target }: Pick<RegistryEvent, 'action' | 'target'>): number {
  const { mediaType = '', digest, tag, url, repository } = target;
  const [type = ''] = mediaType.toLowerCase().split(';', 1);
  if (INDEXES.has(type.trim())) return TARGET_KINDS.index;
  if (MANIFESTS.has(type.trim())) return TARGET_KINDS.manifest;
  if (action === 'delete') return kindOfDeleted(digest, tag, repository);
  if (url?.includes('/manifests/')) return TARGET_KINDS.manifest;
  if (url?.includes('/blobs/')) return TARGET_KINDS.blob;
  if (tag !== undefined) return TARGET_KINDS.manifest;
  return type !== '' && digest !== undefined ? TARGET_KINDS.blob : TARGET_KINDS.unknown;
}

function kindOfDeleted(digest?: string, tag?: string, repository?: string): number {
  if (tag !== undefined) return TARGET_KINDS.tag;
  if (digest !== undefined || repository === undefined) return TARGET_KINDS.unknown;
  return TARGET_KINDS.repository;
}
