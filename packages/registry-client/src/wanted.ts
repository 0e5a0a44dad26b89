/**
 * Which manifests are wanted, and which of their blobs. The configuration is always taken with its image: every
 * runtime reads it first.
 */
import type { Descriptor } from './descriptor.js';
import { DOCKER_MANIFEST, type Manifest } from './manifest.js';
import { mediaTypeOf } from './media-type.js';
import type { Skipped, SkipReason, WalkPolicy } from './walk-types.js';

/** Types of an image's configuration. */
export const IMAGE_CONFIGS: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);
/**
 * Types that name no format. Docker 1.10 and registries of its time wrote them for the configuration of an image
 * (moby `distribution/config.go`, `ImageTypes`; distribution/distribution#1621); `binary/octet-stream` is the default
 * of S3, and `text/plain` what Go's `DetectContentType` says of JSON.
 */
const GENERIC: ReadonlySet<string> = new Set([
  'application/octet-stream',
  'application/json',
  'text/html',
  'text/plain',
  'binary/octet-stream',
]);
const IMAGE_LAYER = /^application\/vnd\.(oci\.image\.layer|docker\.image\.rootfs)\./;
const IN_TOTO = 'application/vnd.in-toto+json';
/** Layers that may be anywhere but in the registry (image-spec 1.1, "non-distributable layers"; docker's "foreign"). */
const FOREIGN = /^application\/vnd\.(oci\.image\.layer\.nondistributable\.|docker\.image\.rootfs\.foreign\.)/;

/** Is one of these types wanted? */
export function wantsArtifact(
  policy: 'none' | 'images' | 'all' | readonly string[],
  ...types: readonly (string | undefined)[]
): boolean {
  if (typeof policy === 'string') return policy === 'all';
  const wanted = policy.map(mediaTypeOf);
  return types.some((type) => type !== undefined && wanted.includes(mediaTypeOf(type)));
}

/** Why a manifest or an index is left out as a whole; undefined when it is not. */
export function reasonAgainst(manifest: Manifest, policy: WalkPolicy): SkipReason | undefined {
  const { kind, artifactType, config, layers } = manifest;
  if (kind === 'schema1') return 'schema1';
  if (layers.length > 0 && layers.every(({ mediaType }) => mediaType === IN_TOTO)) {
    return policy.attestations ? undefined : 'attestation';
  }
  if (artifactType === undefined && (kind === 'index' || hasImageConfig(manifest))) return undefined;
  return wantsArtifact(policy.artifacts, artifactType, config?.mediaType) ? undefined : 'artifact';
}

/**
 * Is the configuration that of an image, and not of an artifact? One of no type, or of a type that names no format,
 * is: always in Docker's schema 2, which has no artifacts of these types, and in an OCI manifest over layers of images.
 */
export function hasImageConfig({ mediaType, config, layers }: Manifest): boolean {
  const type = config?.mediaType;
  if (type === undefined || IMAGE_CONFIGS.has(type)) return true;
  return GENERIC.has(type) && (mediaType === DOCKER_MANIFEST || haveImageLayers(layers));
}

/** An image or an index of images, and nothing that says that it refers to another manifest. */
export function isPlainImage(manifest: Manifest): boolean {
  const { kind, artifactType, subject, layers } = manifest;
  if (artifactType !== undefined || subject !== undefined) return false;
  return kind === 'index' || (hasImageConfig(manifest) && haveImageLayers(layers));
}

function haveImageLayers(layers: readonly Descriptor[]): boolean {
  return layers.length > 0 && layers.every(({ mediaType = '' }) => IMAGE_LAYER.test(mediaType));
}

/** The blobs of a manifest that are wanted, each once; undefined when they are too large in sum. */
export function blobsOf(
  { config, layers }: Manifest,
  policy: WalkPolicy,
): { wanted: Descriptor[]; skipped: Skipped[] } | undefined {
  const skipped: Skipped[] = [];
  const wanted = new Map<string, Descriptor>();
  if (config) wanted.set(config.digest, config);
  for (const descriptor of layers) {
    const reason = reasonAgainstLayer(descriptor, policy);
    if (reason) skipped.push({ descriptor, reason });
    else wanted.set(descriptor.digest, descriptor);
  }
  const total = [...wanted.values()].reduce((sum, { size = 0 }) => sum + size, 0);
  return total > (policy.maxTotal ?? total) ? undefined : { wanted: [...wanted.values()], skipped };
}

function reasonAgainstLayer(
  { mediaType = '', size }: Descriptor,
  { foreignLayers, minBlobSize = 0, maxBlobSize = Number.POSITIVE_INFINITY }: WalkPolicy,
): SkipReason | undefined {
  if (!foreignLayers && FOREIGN.test(mediaType)) return 'foreign';
  return size !== undefined && (size < minBlobSize || size > maxBlobSize) ? 'size' : undefined;
}
