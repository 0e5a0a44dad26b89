/**
 * The fields of the registry's event, in any spelling. What is spelled as the registry has it since 2.0 is read
 * directly, because this is the hot path; anything else by names without case:
 *
 * - capitalised keys, as Harbor's preheat driver "Kraken" sends them. Its request and actor are null and its
 *   media type is Docker's schema 2 whatever was pushed, so without a request the media type says nothing.
 * - the proposal of January 2015: `uuid`; `target.type` and `.name`; the request spread over source and actor.
 * - February 2015: `id` and a request, but still `target.type` and `.name`.
 */
import { foldKeys, isObject, type JsonObject } from '../../json.js';
import type { Fields } from '../../normalize.js';
import { tagOfManifestUrl } from '../../reference.js';

/** What makes an event the registry's own: these members, spelled so. Nothing is known of the others. */
interface OwnForm extends JsonObject {
  action: string;
  target: JsonObject & { repository: string };
}

/** Such an event is delivered as it came. */
export function isOwnForm(event: JsonObject): event is OwnForm {
  const { action, target } = event;
  return typeof action === 'string' && isObject(target) && typeof target.repository === 'string';
}

type Parts = Record<'target' | 'request' | 'actor' | 'source', JsonObject>;

const NOTHING: JsonObject = {};
const EVENT = new Set(['id', 'uuid', 'timestamp', 'action', 'target', 'request', 'actor', 'source']);
const PARTS = {
  target: new Set(
    'type name mediatype digest size length repository fromrepository url tag references'.split(' '),
  ),
  request: new Set(['id', 'addr', 'host', 'method', 'useragent']),
  actor: new Set(['name', 'addr']),
  source: new Set(['addr', 'instanceid', 'host', 'request_id']),
};

/** The event's fields; those of a part that is not there are absent. */
export function fieldsOf(event: JsonObject): Fields {
  const isPlain = isOwnForm(event) && event.id !== undefined && ![event, event.target].some(hasCapitalKey);
  const members = isPlain ? event : folded(event, EVENT);
  const part = (name: keyof Parts) => {
    const member = members[name];
    if (!isObject(member)) return NOTHING;
    return isPlain ? member : folded(member, PARTS[name]);
  };
  const [target, request, actor, source] = [part('target'), part('request'), part('actor'), part('source')];
  const { url } = target;
  const fields: Fields = {
    id: members.id,
    timestamp: members.timestamp,
    action: members.action,
    mediaType: target.mediaType,
    digest: target.digest,
    size: target.size,
    length: target.length,
    repository: target.repository,
    fromRepository: target.fromRepository,
    url,
    // Registry 2.0 had no `tag`; there the manifest's URL ends in it.
    tag: target.tag || typeof url !== 'string' ? target.tag : tagOfManifestUrl(url),
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
  return isPlain ? fields : { ...fields, ...oldNames(members, { target, request, actor, source }) };
}

/** The fields that had another name or place in 2015. */
function oldNames(event: JsonObject, { target, request, actor, source }: Parts): Fields {
  const sent = event.target;
  const isKraken = request === NOTHING && isObject(sent) && !Object.hasOwn(sent, 'mediaType');
  const mediaType = isKraken ? undefined : target.mediaType;
  const typed = target.type === 'blob' ? 'application/octet-stream' : undefined;
  return {
    id: event.uuid || event.id,
    mediaType: Object.hasOwn(target, 'type') ? typed : mediaType,
    repository: target.repository || target.name,
    requestId: request.id || source.request_id,
    addr: request.addr || actor.addr,
    host: request.host || source.host,
  };
}

const SPELLINGS: Readonly<Record<string, string>> = {
  mediatype: 'mediaType',
  fromrepository: 'fromRepository',
  instanceid: 'instanceID',
};

/** The members of these names in any case, by the registry's spelling. */
function folded(object: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(
    [...foldKeys(object, names)].map(([name, value]) => [SPELLINGS[name] ?? name, value]),
  );
}

function hasCapitalKey(object: JsonObject): boolean {
  for (const key in object) {
    const first = key.charCodeAt(0);
    if (first >= 0x41 && first <= 0x5a) return true;
  }
  return false;
}
