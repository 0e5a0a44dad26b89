/**
 * An asset of a docker repository: a manifest or a blob, identified by its path. Paths start with a slash since
 * Nexus has a relational store; before that they did not. All blobs lie under the image `-`.
 */
import type { JsonObject } from '../../json.js';
import type { Reading } from '../../kind.js';
import { missing } from '../../normalize.js';
import { commonFields, type Notice, nativeTypeOf, repositoryOf } from './notice.js';

const MANIFEST = /^\/?v2\/(.+)\/manifests\/([^/]+)$/;
const BLOB = /^\/?v2\/(?:-|(.+))\/blobs\/(sha256:[a-f0-9]{64})$/;

/** Reads `asset` of a body that has one. */
export function readAsset(notice: Notice, asset: JsonObject): Reading {
  const { name } = asset;
  if (typeof name !== 'string' || name === '') return { refused: missing('asset.name', name) };
  const common = commonFields(notice, asset.id || name);
  const manifest = MANIFEST.exec(name);
  const blob = BLOB.exec(name);
  if (!manifest && !blob) return { ignored: 'the asset is neither a manifest nor a blob' };

  const meaning = meaningOf(notice, blob !== null);
  if (meaning === 'ignore') return { ignored: 'an asset was read or changed, not pushed' };
  const action = meaning ?? nativeTypeOf(notice);
  if (!manifest) {
    const repository = repositoryOf(notice, blob?.[1]);
    return { event: { ...common, action, repository, digest: blob?.[2] }, nameless: true };
  }
  const [, image, reference] = manifest;
  return { event: { ...common, action, repository: repositoryOf(notice, image), tag: reference } };
}

/** Undefined for what is no action of the registry's. */
function meaningOf({ body, options }: Notice, isBlob: boolean): string | undefined {
  if (body.action === 'CREATED') return 'push';
  if (body.action === 'DELETED') return 'delete';
  if (body.action !== 'UPDATED') return undefined;
  // A push of an existing tag, a download, a change of attributes: Nexus does not say which.
  // A blob cannot change, so there it is never a push.
  if (isBlob) return 'ignore';
  return options.updated === 'other' ? undefined : (options.updated ?? 'push');
}
