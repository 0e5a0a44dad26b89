/**
 * Images of every shape, made in memory: to be pushed into a real registry or served by a scripted one.
 * The layers are bytes with a digest, not archives: these images cannot run.
 */
import { createHash } from 'node:crypto';

/** A manifest or blob, and what it points at. Its other fields are those of a descriptor. */
export interface OciPart {
  mediaType: string;
  digest: string;
  /** Bytes. */
  size: number;
  platform?: Record<string, unknown>;
  annotations?: Record<string, string>;
  artifactType?: string;
  urls?: string[];
  data?: string;
  kind: 'manifest' | 'blob';
  bytes: Buffer;
  parts: readonly OciPart[];
  /** Named by its parent, and in no registry. */
  absent?: boolean;
}

/** What a part can be given that its content does not tell. */
type More = Partial<Omit<OciPart, 'digest' | 'size' | 'kind' | 'bytes' | 'parts'>>;

type Algorithm = 'sha256' | 'sha512';

/** What an image is made of, where a test cares. */
export interface ImageParts {
  /** Default: one layer. */
  layers?: readonly (string | Buffer | OciPart)[];
  config?: OciPart;
  /** Default linux/amd64; in the configuration and, in an index, in the descriptor. */
  platform?: { os: string; architecture: string; [more: string]: unknown };
  /** Default `oci`. */
  schema?: 'oci' | 'docker';
  /** Default `sha256`, for all parts. */
  algorithm?: Algorithm;
  /** More fields of the manifest; `undefined` removes one. */
  fields?: Record<string, unknown>;
  annotations?: Record<string, string>;
  artifactType?: string;
}

const MEDIA_TYPES = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
};

/** A blob of these bytes. */
export function blob(
  content: string | Buffer,
  mediaType: string,
  more: More = {},
  algorithm?: Algorithm,
): OciPart {
  return partOf('blob', Buffer.from(content), mediaType, [], more, algorithm);
}

/** The manifest of an image or artifact. */
export function image({
  layers = ['a layer'],
  platform = { os: 'linux', architecture: 'amd64' },
  schema = 'oci',
  algorithm,
  fields = {},
  artifactType,
  annotations,
  ...given
}: ImageParts = {}): OciPart {
  const type = MEDIA_TYPES[schema];
  const blobs = layers.map((one) =>
    typeof one === 'string' || Buffer.isBuffer(one) ? blob(one, type.layer, {}, algorithm) : one,
  );
  const rootfs = { type: 'layers', diff_ids: blobs.map(({ digest }) => digest) };
  const config =
    given.config ?? blob(JSON.stringify({ ...platform, config: {}, rootfs }), type.config, {}, algorithm);
  const manifest = {
    schemaVersion: 2,
    mediaType: type.manifest,
    ...(artifactType && { artifactType }),
    config: descriptor(config),
    layers: blobs.map(descriptor),
    ...fields,
  };
  const more = { platform, ...(annotations && { annotations }), ...(artifactType && { artifactType }) };
  return manifestOf(manifest, type.manifest, [config, ...blobs], more, algorithm);
}

/** An index of these. `fields`: more of them; `undefined` removes one. */
export function index(
  manifests: readonly OciPart[],
  { schema = 'oci', algorithm, fields = {} }: Pick<ImageParts, 'schema' | 'algorithm' | 'fields'> = {},
): OciPart {
  const mediaType = MEDIA_TYPES[schema].index;
  const body = { schemaVersion: 2, mediaType, manifests: manifests.map(descriptor), ...fields };
  return manifestOf(body, mediaType, manifests, {}, algorithm);
}

/** What BuildKit adds to an index for each image. */
export function attestation(of: OciPart, statement = 'provenance'): OciPart {
  return image({
    layers: [blob(`{"_type":"${statement}"}`, 'application/vnd.in-toto+json')],
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': of.digest,
    },
  });
}

/** Docker's schema 1: its digest is one of the payload and not of the bytes. */
export function schema1(): OciPart {
  const fsLayers = [{ blobSum: digestOf(Buffer.from('a layer')) }];
  const payload = {
    schemaVersion: 1,
    name: 'acme/app',
    tag: '1.0',
    architecture: 'amd64',
    fsLayers,
    history: [],
  };
  const body = { ...payload, signatures: [{ signature: 'none' }] };
  const mediaType = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
  const part = manifestOf(body, mediaType, []);
  return { ...part, digest: digestOf(Buffer.from(JSON.stringify(payload))) };
}

/** A manifest of any body. */
export function manifestOf(
  body: unknown,
  mediaType: string,
  parts: readonly OciPart[] = [],
  more: More = {},
  algorithm?: Algorithm,
): OciPart {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body, null, 2));
  return partOf('manifest', bytes, mediaType, parts, more, algorithm);
}

/** All of it, children before parents. */
export function partsOf(part: OciPart): OciPart[] {
  return [...part.parts.flatMap(partsOf), part];
}

/** `sha256:…` */
export function digestOf(bytes: Buffer, algorithm: Algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

function partOf(
  kind: OciPart['kind'],
  bytes: Buffer,
  mediaType: string,
  parts: readonly OciPart[],
  more: More,
  algorithm?: Algorithm,
): OciPart {
  return { mediaType, digest: digestOf(bytes, algorithm), size: bytes.length, ...more, kind, bytes, parts };
}

function descriptor({ kind: _, bytes: __, parts: ___, absent: ____, ...fields }: OciPart) {
  return fields;
}
