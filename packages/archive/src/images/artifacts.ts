/** What a manifest is: an image, a chart, a signature …, by its types or by the tag that points to it. */
import type { Artifact, ManifestFacts } from './types.js';

const SIDE_TAG = /^sha256-([0-9a-f]{64})(?:\.(sig|att|sbom))?$/;

/** A tag that stands for a relation and not for a version (cosign; OCI distribution-spec 1.1, "referrers tag schema"). */
export interface SideTag {
  /** Digest of the image that is referred to. */
  subject: string;
  /** Absent: the tag points to an index of everything that refers to the image. */
  suffix?: 'sig' | 'att' | 'sbom';
}

/** Undefined for every ordinary tag. */
export function sideTagOf(tag: string | undefined): SideTag | undefined {
  const [, hex, suffix] = SIDE_TAG.exec(tag ?? '') ?? [];
  if (hex === undefined) return undefined;
  return { subject: `sha256:${hex}`, ...(suffix !== undefined && { suffix: suffix as SideTag['suffix'] }) };
}

const BY_SUFFIX = { sig: 'signature', att: 'attestation', sbom: 'other' } as const;

/** Of what a tag with this suffix points to. */
export const artifactOfSuffix = (suffix: NonNullable<SideTag['suffix']>): Artifact => BY_SUFFIX[suffix];

/** Exact types, and beginnings of types that have a version. */
const TYPES: readonly [artifact: Artifact, types: readonly string[]][] = [
  ['image', ['application/vnd.oci.image.config.', 'application/vnd.docker.container.image.']],
  ['helm', ['application/vnd.cncf.helm.config.']],
  [
    'signature',
    [
      'application/vnd.cncf.notary.signature',
      'application/vnd.dev.cosign.artifact.sig.',
      'application/vnd.dev.sigstore.bundle.',
    ],
  ],
  ['attestation', ['application/vnd.in-toto', 'application/vnd.dev.cosign.artifact.att.']],
];

/** By its artifact type, else the type of its config. An index without one, and what is not known, is an image. */
export function artifactOf(manifest: ManifestFacts | undefined): Artifact {
  const type = typeOf(manifest);
  if (type === undefined) return isIndex(manifest) || !manifest?.references ? 'image' : 'other';
  return TYPES.find(([, types]) => types.some((begin) => type.startsWith(begin)))?.[0] ?? 'other';
}

/** Its artifact type, else the type of its config. */
export function typeOf(manifest: ManifestFacts | undefined): string | undefined {
  if (manifest?.artifactType !== undefined) return manifest.artifactType;
  const config = isIndex(manifest) ? undefined : manifest?.references?.[0]?.mediaType;
  return config === EMPTY ? undefined : config;
}

/** Stands for no config: then the manifest says its type. */
const EMPTY = 'application/vnd.oci.empty.v1+json';

const INDEXES = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);

/** By its media type. */
export const isIndex = (manifest: Pick<ManifestFacts, 'mediaType'> | undefined): boolean =>
  manifest?.mediaType !== undefined && INDEXES.has(manifest.mediaType);
