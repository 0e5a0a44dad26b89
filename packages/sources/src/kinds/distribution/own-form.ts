/**
 * An event as the registry writes it since 2.0: lower-case keys, a target with a repository. This is the hot
 * path, so it reads members directly. `old-forms.ts` reads what is spelled otherwise.
 */
import { isObject, type JsonObject } from '../../json.js';
import type { Fields } from '../../normalize.js';
import { tagOfManifestUrl } from '../../reference.js';

/** What makes an event the registry's own: these members, spelled so. Nothing is known of the others. */
export interface OwnForm extends JsonObject {
  action: string;
  target: JsonObject & { repository: string };
}

/** Such an event is delivered as it came. */
export function isOwnForm(event: JsonObject): event is OwnForm {
  const { action, target } = event;
  return typeof action === 'string' && isObject(target) && typeof target.repository === 'string';
}

/** Has it an id, and no key that only differs by its case from what is read here? */
export function isPlain(event: OwnForm): boolean {
  return event.id !== undefined && !hasCapitalKey(event) && !hasCapitalKey(event.target);
}

function hasCapitalKey(object: JsonObject): boolean {
  for (const key in object) {
    const first = key.charCodeAt(0);
    if (first >= 0x41 && first <= 0x5a) return true;
  }
  return false;
}

const NOTHING: JsonObject = {};

/** The fields of an event that `isPlain`. */
export function readOwnForm(event: OwnForm): Fields {
  const target = event.target;
  const request = isObject(event.request) ? event.request : NOTHING;
  const actor = isObject(event.actor) ? event.actor : NOTHING;
  const source = isObject(event.source) ? event.source : NOTHING;
  return {
    id: event.id,
    timestamp: event.timestamp,
    action: event.action,
    mediaType: target.mediaType,
    digest: target.digest,
    size: target.size,
    length: target.length,
    repository: target.repository,
    fromRepository: target.fromRepository,
    url: target.url,
    tag: tagOf(target.tag, target.url),
    references: target.references,
    requestId: request.id,
    addr: request.addr,
    host: request.host,
    method: request.method,
    useragent: request.useragent,
    actor: actor.name,
    sourceAddr: source.addr,
    instanceID: source.instanceID,
  };
}

/** Registry 2.0 had no `tag`; there the manifest's URL ends in it. */
export function tagOf(tag: unknown, url: unknown): unknown {
  return tag || typeof url !== 'string' ? tag : tagOfManifestUrl(url);
}
