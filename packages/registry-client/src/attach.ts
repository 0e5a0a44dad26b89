/**
 * The referrers of a manifest at a registry that keeps no list of them: an index under a tag that is made from the
 * digest, written by who pushes (distribution-spec 1.1, "pushing manifests with subject"). Another client may write it
 * at the same time, so it is read again afterwards.
 */
import { digestOf } from './digest.js';
import { RegistryError } from './error.js';
import { jsonOf } from './json.js';
import { tagOf, unlessUnknown } from './referrers.js';
import type { PushedManifest, WritableRegistry } from './write-port.js';

const INDEX = 'application/vnd.oci.image.index.v1+json';
/** Writes after which others are faster. */
const MOST_WRITES = 5;

/** A manifest, and what it refers to. */
export interface Attached {
  repository: string;
  manifest: PushedManifest;
  /** Digest. */
  subject: string;
}

/** Lists `manifest` among what refers to `subject`. */
export async function attach(
  registry: WritableRegistry,
  { repository, manifest, subject }: Attached,
  signal: AbortSignal,
): Promise<void> {
  const tag = tagOf(subject);
  for (let writes = 0; writes <= MOST_WRITES; writes++) {
    const found = await registry.manifest(repository, tag, signal).catch(unlessUnknown);
    if (found?.manifests.some(({ digest }) => digest === manifest.digest)) return;
    const listed = jsonOf(found?.body ?? Buffer.alloc(0))?.manifests;
    const manifests = [...(Array.isArray(listed) ? listed : []), entryOf(manifest)];
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
    const index = { digest: digestOf(body), mediaType: INDEX, body };
    await registry.putManifest(repository, index, signal, tag);
  }
  throw new RegistryError(
    'server',
    `${registry.host}: ${repository}:${tag} is written by others all the time`,
  );
}

function entryOf({ digest, mediaType, body }: PushedManifest): object {
  const { artifactType, config, annotations } = jsonOf(body) ?? {};
  const ofConfig = typeof config === 'object' && config !== null && Reflect.get(config, 'mediaType');
  return {
    mediaType,
    digest,
    size: body.length,
    artifactType: artifactType ?? (ofConfig || undefined),
    annotations,
  };
}
