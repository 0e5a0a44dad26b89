/**
 * Any spelling of the registry's event, read by names without case:
 *
 * - capitalised keys, as Harbor's preheat driver "Kraken" sends them. Its request and actor are null and its
 *   media type is Docker's schema 2 whatever was pushed, so without a request the media type says nothing.
 * - the proposal of January 2015: `uuid`; `target.type` and `.name`; the request spread over source and actor.
 * - February 2015: `id` and a request, but still `target.type` and `.name`.
 */
import { foldKeys, isObject, type JsonObject } from '../../json.js';
import type { Fields } from '../../normalize.js';
import { tagOf } from './own-form.js';

type Members = ReadonlyMap<string, unknown>;

const NOTHING: Members = new Map();
const EVENT = new Set(['id', 'uuid', 'timestamp', 'action', 'target', 'request', 'actor', 'source']);
const TARGET = new Set(
  'type name mediatype digest size length repository fromrepository url tag references'.split(' '),
);
const REQUEST = new Set(['id', 'addr', 'host', 'method', 'useragent']);
const ACTOR = new Set(['name', 'addr']);
const SOURCE = new Set(['addr', 'instanceid', 'host', 'request_id']);

/** The event's fields; those of a target that is not there are absent. */
export function readAnyForm(event: JsonObject): Fields {
  const members = foldKeys(event, EVENT);
  const target = membersOf(members.get('target'), TARGET);
  const request = membersOf(members.get('request'), REQUEST);
  const actor = membersOf(members.get('actor'), ACTOR);
  const source = membersOf(members.get('source'), SOURCE);
  const url = target.get('url');
  return {
    id: members.get('uuid') || members.get('id'),
    timestamp: members.get('timestamp'),
    action: members.get('action'),
    mediaType: mediaTypeOf(members.get('target'), target, request),
    digest: target.get('digest'),
    size: target.get('size'),
    length: target.get('length'),
    repository: target.get('repository') || target.get('name'),
    fromRepository: target.get('fromrepository'),
    url,
    tag: tagOf(target.get('tag'), url),
    references: target.get('references'),
    requestId: request.get('id') || source.get('request_id'),
    addr: request.get('addr') || actor.get('addr'),
    host: request.get('host') || source.get('host'),
    method: request.get('method'),
    useragent: request.get('useragent'),
    actor: actor.get('name'),
    sourceAddr: source.get('addr'),
    instanceID: source.get('instanceid'),
  };
}

function membersOf(value: unknown, names: ReadonlySet<string>): Members {
  return isObject(value) ? foldKeys(value, names) : NOTHING;
}

function mediaTypeOf(sent: unknown, target: Members, request: Members): unknown {
  if (target.has('type')) return target.get('type') === 'blob' ? 'application/octet-stream' : undefined;
  const isKraken = request === NOTHING && isObject(sent) && !Object.hasOwn(sent, 'mediaType');
  return isKraken ? undefined : target.get('mediatype');
}
