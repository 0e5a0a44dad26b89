/**
 * The body of a `package` or `registry_package` event. Any part of it may be null. A multi-arch push is an
 * event for the index and one for each of its manifests, these with an empty tag.
 */
import { type ImageReference, parseFullReference } from '../full-reference.js';
import { at, isObject, type JsonObject, textAt } from '../json.js';
import type { Reading } from '../message.js';
import { missing } from '../normalize.js';
import { isDigest } from '../reference.js';
import { isoTime } from '../time.js';

const IMAGE_TYPES: readonly (string | undefined)[] = ['container', 'docker'];

/** @param delivery GitHub's id of the delivery, the same when it is delivered again. */
export function readPackage(body: JsonObject, delivery: string | undefined): Reading {
  const pkg = body.package ?? body.registry_package;
  if (!isObject(pkg)) return { refused: missing('package', pkg, 'an object') };
  const type = textAt(pkg, 'package_type') ?? textAt(pkg, 'ecosystem');
  if (!IMAGE_TYPES.includes(type?.toLowerCase())) return { ignored: 'the package is no container image' };

  const version = pkg.package_version;
  const manifest = at(version, 'container_metadata', 'manifest');
  const tag = at(version, 'container_metadata', 'tag');
  const { host, repository, ...inUrl } = placeOf(pkg);
  const updated = textAt(pkg, 'updated_at');
  return {
    event: {
      id: delivery,
      ...actionOf(body.action),
      timestamp: updated && isoTime(updated) ? updated : undefined,
      mediaType: at(manifest, 'media_type'),
      digest:
        textAt(manifest, 'digest') ??
        textAt(tag, 'digest') ??
        digestIn(textAt(version, 'version')) ??
        inUrl.digest,
      size: at(manifest, 'size'),
      repository,
      tag: textAt(tag, 'name') ?? inUrl.tag,
      host,
      actor: at(body, 'sender', 'login'),
    },
  };
}

/** Both events know two actions, and both follow a push. Anything else keeps its name. */
function actionOf(action: unknown): { action: unknown; nativeType?: string } {
  if (action === 'published' || action === 'updated') return { action: 'push', nativeType: action };
  return { action };
}

/**
 * By `package_url`, which is `ghcr.io/acme/api:1.4.2`, else by the names. GitHub keeps the owner's
 * capitals, which a registry's names do not have.
 */
function placeOf(pkg: JsonObject): Partial<ImageReference> {
  const named = parseFullReference(textAt(pkg, 'package_version', 'package_url') ?? '');
  if (named?.host.includes('.')) return { ...named, repository: named.repository.toLowerCase() };
  const owner = textAt(pkg, 'namespace') ?? textAt(pkg, 'owner', 'login');
  const name = textAt(pkg, 'name');
  if (!owner || !name) return {};
  return { host: 'ghcr.io', repository: `${owner}/${name}`.toLowerCase() };
}

function digestIn(version: string | undefined): string | undefined {
  return version && isDigest(version) ? version : undefined;
}
