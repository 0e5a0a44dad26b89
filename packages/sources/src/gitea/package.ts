/**
 * The body of Gitea's `package` event. A container package has a version per tag and one per manifest
 * without a tag, whose name is the digest. Pushing a tag again deletes its version and creates it anew.
 */
import { at, isObject, type JsonObject, textAt } from '../json.js';
import type { Reading } from '../message.js';
import { missing } from '../normalize.js';
import { hostOf } from '../reference.js';

const ACTIONS = new Map<unknown, string>([
  ['created', 'push'],
  ['deleted', 'delete'],
]);

/** @param delivery id of the delivery; a replay by hand has another. */
export function readPackage(body: JsonObject, delivery: string | undefined): Reading {
  const pkg = body.package;
  if (!isObject(pkg)) return { refused: missing('package', pkg, 'an object') };
  if (pkg.type !== 'container') return { ignored: 'the package is no container image' };
  const owner = textAt(pkg, 'owner', 'login') ?? textAt(pkg, 'owner', 'username');
  const name = textAt(pkg, 'name');
  const url = textAt(pkg, 'html_url');
  const { action } = body;
  return {
    event: {
      id: delivery,
      action: ACTIONS.get(action) ?? action,
      nativeType: textAt(body, 'action'),
      // Of the version, so it is the time of the push. A delete has none.
      timestamp: action === 'created' ? pkg.created_at : undefined,
      repository: owner && name && `${owner.toLowerCase()}/${name}`,
      tag: pkg.version,
      host: url && hostOf(url),
      actor: at(body, 'sender', 'login'),
    },
  };
}
