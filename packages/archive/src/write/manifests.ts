/** What events say about manifests: their references, and when one was last pulled. */
import type { Descriptor } from '@longshore/event';
import type pg from 'pg';
import { ACTION_CODES, type ManifestRef } from '../db/tables.js';
import { isFetch, isManifest } from './counts.js';
import type { IdRow } from './dictionary.js';
import { cleanText, columnText } from './text.js';
import { type Upsert, upsert } from './upsert.js';

interface Manifest {
  repositoryId: number;
  digest: Buffer;
  mediaTypeId: number | null;
  size: number | null;
  refs: string | null;
  lastPullAt: string | null;
}

/** An image has some ten, an index some ten more. */
const MAX_REFERENCES = 1_000;

const MANIFESTS: Upsert<Manifest> = {
  table: 'manifest',
  columns: [
    ['repository_id', 'int', (manifest) => manifest.repositoryId],
    ['digest', 'bytea', (manifest) => manifest.digest],
    ['media_type_id', 'int', (manifest) => manifest.mediaTypeId],
    ['size', 'bigint', (manifest) => manifest.size],
    ['refs', 'jsonb', (manifest) => manifest.refs],
    ['last_pull_at', 'timestamptz', (manifest) => manifest.lastPullAt],
  ],
  key: ['repository_id', 'digest'],
  set: `media_type_id = coalesce(t.media_type_id, excluded.media_type_id), size = coalesce(t.size, excluded.size),
    refs = coalesce(t.refs, excluded.refs), last_pull_at = greatest(t.last_pull_at, excluded.last_pull_at)`,
  where: `t.refs is null and excluded.refs is not null or t.size is null and excluded.size is not null
    or t.media_type_id is null and excluded.media_type_id is not null
    or greatest(t.last_pull_at, excluded.last_pull_at) is distinct from t.last_pull_at`,
};

/** Rejects with the error of PostgreSQL. */
export async function writeManifests(client: pg.PoolClient, rows: readonly IdRow[]): Promise<void> {
  const manifests = new Map<string, Manifest>();
  for (const row of rows) {
    if (row.action === ACTION_CODES.delete || !isManifest(row) || !row.digest || row.repositoryId === null)
      continue;
    const key = `${row.repositoryId}\0${row.digest.toString('hex')}`;
    manifests.set(key, together(manifests.get(key), manifestOf(row, row.repositoryId, row.digest)));
  }
  await upsert(client, MANIFESTS, [...manifests.values()]);
}

const manifestOf = (row: IdRow, repositoryId: number, digest: Buffer): Manifest => ({
  repositoryId,
  digest,
  mediaTypeId: row.mediaTypeId,
  size: row.size,
  refs: row.references?.length ? JSON.stringify(refsOf(row.references)) : null,
  lastPullAt: isFetch(row) ? row.at : null,
});

function together(one: Manifest | undefined, other: Manifest): Manifest {
  if (!one) return other;
  const { mediaTypeId, size, refs } = other;
  return {
    ...one,
    mediaTypeId: one.mediaTypeId ?? mediaTypeId,
    size: one.size ?? size,
    refs: one.refs ?? refs,
    lastPullAt: (one.lastPullAt ?? '') > (other.lastPullAt ?? '') ? one.lastPullAt : other.lastPullAt,
  };
}

/** Each once, since a layer may be in an image twice. */
function refsOf(references: readonly Descriptor[]): ManifestRef[] {
  const refs = new Map<string, ManifestRef>();
  for (const reference of references) {
    if (refs.size >= MAX_REFERENCES) break;
    const { digest } = reference;
    if (typeof digest === 'string' && !refs.has(digest)) refs.set(digest, refOf(reference, digest));
  }
  return [...refs.values()];
}

function refOf(
  { mediaType, size, platform, artifactType, annotations }: Descriptor,
  digest: string,
): ManifestRef {
  const ref: ManifestRef = { digest: columnText(digest) };
  if (mediaType) ref.mediaType = columnText(mediaType);
  if (size !== undefined && Number.isSafeInteger(size)) ref.size = size;
  const words = platformOf(platform);
  if (words) ref.platform = words;
  if (typeof artifactType === 'string' && artifactType !== '') ref.artifactType = columnText(artifactType);
  const type = textIn(annotations, 'vnd.docker.reference.type');
  if (type) ref.reference = columnText(type);
  return ref;
}

function platformOf(platform: unknown): string | undefined {
  const parts = ['os', 'architecture', 'variant'].map((name) => textIn(platform, name) ?? '');
  return parts[0] || parts[1] ? cleanText(parts.filter(Boolean).join('/').slice(0, 100)) : undefined;
}

function textIn(object: unknown, name: string): string | undefined {
  if (typeof object !== 'object' || object === null) return undefined;
  const value: unknown = Reflect.get(object, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
