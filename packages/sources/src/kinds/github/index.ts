/**
 * GitHub Packages and the GitHub container registry: the webhook events `package` and `registry_package`,
 * which have the same content and may both come for one push. They report pushes only, no pulls and no deletes. A
 * multi-arch push is an event for the index and one for each of its manifests, these with an empty tag.
 * Source: octokit/webhooks, payload schemas of both events; GitHub's "Webhook events and payloads".
 */
import { isoTime } from '@longshore/event';
import { at, isObject, type JsonObject, textAt } from '../../json.js';
import type { Incoming, Kind, Reading, WholeBody } from '../../kind.js';
import { missing } from '../../normalize.js';
import { type ImageReference, isDigest, parseFullReference } from '../../reference.js';
import { headerOf } from '../../request.js';

const EVENT = 'x-github-event';
const DELIVERY = 'x-github-delivery';

/** The kind `github`. Gitea and Forgejo send GitHub's headers too, so `gitea` is asked first. */
export const github: Kind<WholeBody> = {
  kind: 'github',
  sender: {
    onFailure: 'never-retries',
    words: 'GitHub waits 10 seconds, gives up, and never retries by itself.',
    advice:
      'Nothing to set. For three days a failed delivery can be sent again by hand (Settings → Webhooks → Recent Deliveries) or through the API; it keeps its id, so nothing is delivered twice.',
  },
  hmac: { algorithm: 'sha256', headers: ['x-hub-signature-256'], encoding: 'hex', prefix: 'sha256=' },
  headers: [EVENT, DELIVERY],
  idHeaders: [DELIVERY],
  form: true,
  recognizes: (raw) => headerOf(raw, EVENT) !== undefined,
  read,
};

const PACKAGE_EVENTS: readonly (string | undefined)[] = [undefined, 'package', 'registry_package'];
const IMAGE_TYPES: readonly (string | undefined)[] = ['container', 'docker'];

/** Any part of the body may be null. */
function read({ value }: WholeBody, { raw }: Incoming): Reading {
  const event = headerOf(raw, EVENT);
  if (event === 'ping') return { ignored: 'a ping is no event' };
  if (!PACKAGE_EVENTS.includes(event)) {
    return { ignored: 'the GitHub event is none of package and registry_package' };
  }
  const pkg = value.package ?? value.registry_package;
  if (!isObject(pkg)) return { refused: missing('package', pkg, 'an object') };
  const type = textAt(pkg, 'package_type') ?? textAt(pkg, 'ecosystem');
  if (!IMAGE_TYPES.includes(type?.toLowerCase())) return { ignored: 'the package is no container image' };

  const version = pkg.package_version;
  const manifest = at(version, 'container_metadata', 'manifest');
  const tag = at(version, 'container_metadata', 'tag');
  const named = textAt(version, 'version');
  const { host, repository, ...inUrl } = placeOf(pkg);
  const updated = textAt(pkg, 'updated_at');
  return {
    event: {
      // The same when GitHub delivers again.
      id: headerOf(raw, DELIVERY),
      ...actionOf(value.action),
      timestamp: updated && isoTime(updated) ? updated : undefined,
      mediaType: at(manifest, 'media_type'),
      digest:
        textAt(manifest, 'digest') ??
        textAt(tag, 'digest') ??
        (named && isDigest(named) ? named : inUrl.digest),
      size: at(manifest, 'size'),
      repository,
      tag: textAt(tag, 'name') ?? inUrl.tag,
      host,
      actor: at(value, 'sender', 'login'),
    },
  };
}

/** Both events have two actions, and both follow a push. Anything else keeps its name. */
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
