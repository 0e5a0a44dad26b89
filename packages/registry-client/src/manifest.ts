/**
 * Manifests, read and classified by their body (image-spec 1.1; docker "manifest v2 schema 2"). `Content-Type` is
 * no help: registries have sent wrong ones, and events do.
 */
import { type Descriptor, descriptorOf } from './descriptor.js';
import { RegistryError } from './error.js';
import { type Json, jsonOf, objectOf, textOf } from './json.js';
import { mediaTypeOf } from './media-type.js';

/** `index`: OCI index or docker manifest list. `manifest`: OCI or docker schema 2. `schema1`: docker schema 1. */
export type ManifestKind = 'index' | 'manifest' | 'schema1';

/** A manifest that was read. What it is follows from its body, never from a header. */
export interface Manifest {
  kind: ManifestKind;
  digest: string;
  /** Bytes. */
  size: number;
  /** As the body says, in lower case and without parameters; where it does not say, what its fields mean. */
  mediaType: string;
  /** The bytes have the digest. False for a digest of an unknown algorithm, and for schema 1. */
  verified: boolean;
  /** Of an index. */
  manifests: readonly Descriptor[];
  /** Of a manifest. */
  config?: Descriptor;
  layers: readonly Descriptor[];
  artifactType?: string;
  /** Digest of the manifest that this one refers to. */
  subject?: string;
  /** The manifest's bytes. */
  body: Buffer;
}

/** Docker's "manifest v2 schema 2". */
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** What each media type of a manifest is. */
export const MANIFEST_TYPES: ReadonlyMap<string, ManifestKind> = new Map([
  ['application/vnd.oci.image.index.v1+json', 'index'],
  ['application/vnd.oci.image.manifest.v1+json', 'manifest'],
  ['application/vnd.docker.distribution.manifest.list.v2+json', 'index'],
  [DOCKER_MANIFEST, 'manifest'],
  ['application/vnd.docker.distribution.manifest.v1+prettyjws', 'schema1'],
  ['application/vnd.docker.distribution.manifest.v1+json', 'schema1'],
]);

/**
 * Always all of them, in one header: without the OCI index Distribution answers 404, without the list it picks
 * one platform. Schema 1 last, so that one is recognized instead of converted.
 */
export const ACCEPT = [...MANIFEST_TYPES.keys()].slice(0, 5).join(', ');

/** Where the body does not say its type. */
const TYPE_OF_KIND: Readonly<Record<ManifestKind, string>> = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  schema1: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
};

/** Is this docker's schema 1? Its digest is not one of its bytes, so this is asked before digests are compared. */
export function isSchema1(body: Buffer, json: Json | undefined = jsonOf(body)): boolean {
  const { fsLayers, schemaVersion } = json ?? {};
  return Array.isArray(fsLayers) && schemaVersion === 1;
}

/** @param json the body, where it has been parsed; throws `unsupported` for a body that is no manifest, or that could be read as two kinds (CVE-2021-41190). */
export function manifestOf(
  body: Buffer,
  digest: string,
  verified: boolean,
  place: string,
  json: Json | undefined = jsonOf(body),
): Manifest {
  try {
    const fields = json ?? fail('is not a JSON object, or is nested deeper than 100 levels');
    const kind = kindOf(fields);
    const artifactType = mediaTypeOf(fields.artifactType);
    const subject = textOf(objectOf(fields.subject)?.digest);
    return {
      kind,
      digest,
      size: body.length,
      mediaType: mediaTypeOf(fields.mediaType) ?? TYPE_OF_KIND[kind],
      verified,
      manifests: kind === 'index' ? descriptors(fields.manifests) : [],
      ...(kind === 'manifest' && { config: descriptor(fields.config) }),
      layers: kind === 'manifest' ? descriptors(fields.layers) : [],
      ...(artifactType !== undefined && { artifactType }),
      ...(subject !== undefined && { subject }),
      body,
    };
  } catch (error) {
    if (error instanceof Fault) throw new RegistryError('unsupported', `${place}: the body ${error.message}`);
    throw error;
  }
}

/** What is wrong with a body. */
class Fault extends Error {}

function fail(what: string): never {
  throw new Fault(what);
}

function kindOf(fields: Json): ManifestKind {
  const shapes: ManifestKind[] = [];
  const { manifests, config, layers, fsLayers } = fields;
  if (Array.isArray(manifests)) shapes.push('index');
  if ((config !== undefined && config !== null) || Array.isArray(layers)) shapes.push('manifest');
  if (Array.isArray(fsLayers)) shapes.push('schema1');
  // Go writes an empty list as null, and an index may be empty
  if (shapes.length === 0 && manifests === null && layers === undefined) shapes.push('index');
  const [shape, another] = shapes;
  const mediaType = mediaTypeOf(fields.mediaType);
  const said = mediaType === undefined ? shape : MANIFEST_TYPES.get(mediaType);
  if (said === undefined)
    return fail(mediaType ? `is of an unknown type, ${mediaType}` : 'is not a manifest');
  if (another) return fail(`is ambiguous: it has the fields of ${shape} and of ${another}`);
  if (shape !== undefined && shape !== said)
    return fail(`has the type ${mediaType} and the fields of another type`);
  return said;
}

function descriptors(value: unknown): Descriptor[] {
  return Array.isArray(value) ? value.map(descriptor) : [];
}

function descriptor(value: unknown): Descriptor {
  const found = descriptorOf(value);
  return typeof found === 'string' ? fail(found) : found;
}
