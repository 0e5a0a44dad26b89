/**
 * Which manifests are wanted, and which of their blobs. The configuration is always taken with its image: every
 * runtime reads it first.
 */
import type { Descriptor } from './descriptor.js';
import type { Manifest } from './manifest.js';
import type { Skipped, SkipReason, WalkPolicy } from './walk-types.js';

const IMAGE_CONFIGS: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);
const IN_TOTO = 'application/vnd.in-toto+json';
/** Layers that may be anywhere but in the registry (image-spec 1.1, "non-distributable layers"; docker's "foreign"). */
const FOREIGN = /^application\/vnd\.(oci\.image\.layer\.nondistributable\.|docker\.image\.rootfs\.foreign\.)/;

/** Is one of these types wanted? */
export function wantsArtifact(
  policy: 'none' | 'images' | 'all' | readonly string[],
  ...types: readonly (string | undefined)[]
): boolean {
  if (typeof policy === 'string') return policy === 'all';
  return types.some((type) => type !== undefined && policy.includes(type));
}

/** Why a manifest or an index is left out as a whole; undefined when it is not. */
export function reasonAgainst(manifest: Manifest, policy: WalkPolicy): SkipReason | undefined {
  const { kind, artifactType, config, layers } = manifest;
  if (kind === 'schema1') return 'schema1';
  if (layers.length > 0 && layers.every(({ mediaType }) => mediaType === IN_TOTO)) {
    return policy.attestations ? undefined : 'attestation';
  }
  const type = config?.mediaType;
  const foreignConfig = type !== undefined && !IMAGE_CONFIGS.has(type);
  if (artifactType === undefined && !foreignConfig) return undefined;
  return wantsArtifact(policy.artifacts, artifactType, type) ? undefined : 'artifact';
}

/** Is this the configuration of an image, and not of an artifact? */
export function isImageConfig({ mediaType }: Descriptor): boolean {
  return mediaType !== undefined && IMAGE_CONFIGS.has(mediaType);
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
