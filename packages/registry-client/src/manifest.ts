/**
 * Manifests as the walk needs them.
 */

/** The platform of an image (image-spec 1.1, "image index"). */
export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
  'os.version'?: string;
  'os.features'?: readonly string[];
}

/** What points at a manifest or blob (image-spec 1.1, "descriptor"). `urls` are read and never fetched. */
export interface Descriptor {
  /** `algorithm:encoded` */
  digest: string;
  mediaType?: string;
  /** Bytes. */
  size?: number;
  platform?: Platform;
  artifactType?: string;
  annotations?: Readonly<Record<string, string>>;
  urls?: readonly string[];
  /** The content itself, base64. */
  data?: string;
}

/** `index`: OCI index or docker manifest list. `manifest`: OCI or docker schema 2. `schema1`: docker schema 1. */
export type ManifestKind = 'index' | 'manifest' | 'schema1';

/** A manifest that was read. What it is follows from its body, never from a header. */
export interface Manifest {
  kind: ManifestKind;
  digest: string;
  /** Bytes. */
  size: number;
  /** As the body says; where it does not say, what its fields mean. */
  mediaType: string;
  /** The bytes have the digest. False only for a digest of an unknown algorithm. */
  verified: boolean;
  /** Of an index. */
  manifests: readonly Descriptor[];
  /** Of a manifest. */
  config?: Descriptor;
  layers: readonly Descriptor[];
  artifactType?: string;
  /** The bytes, as they came. */
  body: Buffer;
}
