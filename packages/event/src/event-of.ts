/**
 * The normalized event of a delivery, derived from what is delivered: that is in the registry's form for every kind,
 * so nothing is stored twice. Derived when somebody asks, since most deliveries are sent without it.
 */
import type { Delivery, TakenEvent } from './delivery.js';
import type { Descriptor, Payload, RegistryEvent, Target } from './event.js';
import { isoTime } from './iso-time.js';

type JsonObject = Record<string, unknown>;

/** The whole normalized event. What is not known is absent, as in the event that ingest had. */
export function eventOf({
  eventId,
  class: eventClass,
  nativeType,
  view,
  payload,
  timestamp,
}: Delivery): RegistryEvent {
  const sent = payloadValue(payload);
  if (eventClass === 'image' || eventClass === 'pull')
    return flatEvent({ eventId, nativeType, view }, eventClass, sent);
  const target = targetOf(view, objectIn(sent, 'target'));
  const event: RegistryEvent = { id: eventId, class: eventClass, action: view.action, nativeType, target };
  const stamp = timestamp ?? textIn(sent, 'timestamp');
  const time = stamp && isoTime(stamp);
  if (stamp) event.timestamp = stamp;
  if (time) event.time = time;
  const request = textsIn(objectIn(sent, 'request'), ['id', 'addr', 'host', 'method', 'useragent']);
  // A sender that leaves the request out has at least named the registry in the URL.
  const host = request.host ?? (target.url && hostOf(target.url));
  if (host) request.host = host;
  const actor = textsIn(objectIn(sent, 'actor'), ['name']);
  const source = textsIn(objectIn(sent, 'source'), ['addr', 'instanceID']);
  if (!isEmpty(request)) event.request = request;
  if (!isEmpty(actor)) event.actor = actor;
  if (!isEmpty(source)) event.source = source;
  return event;
}

/** The event of a delivery again, as its source gave it: the same event to another endpoint. */
export function takenOf(delivery: Delivery): TakenEvent {
  const { payload, contentType, source, kind, receivedAt, dedupe } = delivery;
  const taken = { event: eventOf(delivery), payload, contentType, source, kind, receivedAt };
  return dedupe === undefined ? taken : { ...taken, dedupe };
}

/** Longshore's own events have the fields of the registry's beside each other. */
function flatEvent(
  { eventId, nativeType, view }: Pick<Delivery, 'eventId' | 'nativeType' | 'view'>,
  eventClass: RegistryEvent['class'],
  sent: JsonObject,
): RegistryEvent {
  const { action } = view;
  const event: RegistryEvent = {
    id: eventId,
    class: eventClass,
    action,
    nativeType,
    target: targetOf(view, sent),
  };
  const { timestamp, userAgent, actor, ...request } = textsIn(sent, [
    'timestamp',
    'userAgent',
    'actor',
    'addr',
    'host',
  ]);
  const time = timestamp && isoTime(timestamp);
  if (timestamp) event.timestamp = timestamp;
  if (time) event.time = time;
  if (userAgent) event.request = { useragent: userAgent };
  if (!isEmpty(request)) event.request = { ...request, ...event.request };
  if (actor) event.actor = { name: actor };
  return event;
}

/** What is delivered, as a value; numbers that a double cannot hold are rounded. An empty object when it is no object. */
export function payloadValue({ event, text }: Payload): JsonObject {
  if (event) return event;
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** `host[:port]` of an absolute URL. */
export function hostOf(url: string): string | undefined {
  return /^https?:\/\/(?:[^/?#\\]*@)?([^/?#\\@]+)/i.exec(url)?.[1];
}

/** What the view has is what ingest decided; a tag may stand in a URL, a digest in the place of the tag. */
function targetOf({ mediaType, digest, repository, tag }: Delivery['view'], sent: JsonObject): Target {
  const target: Target = {};
  const size = [member(sent, 'size'), member(sent, 'length')].find(isCount);
  const { fromRepository, url } = textsIn(sent, ['fromRepository', 'url']);
  const references = member(sent, 'references');
  if (mediaType) target.mediaType = mediaType;
  if (digest) target.digest = digest;
  if (size) target.size = size;
  if (repository) target.repository = repository;
  if (fromRepository) target.fromRepository = fromRepository;
  if (url) target.url = url;
  if (tag) target.tag = tag;
  if (Array.isArray(references)) target.references = references.filter(isDescriptor);
  return target;
}

/** The member, else the one whose name differs by its case only: a receiver written in Go reads both. */
function member(object: JsonObject, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  for (const key in object) {
    if (key.length === name.length && key.toLowerCase() === name.toLowerCase()) return object[key];
  }
  return undefined;
}

function objectIn(object: JsonObject, name: string): JsonObject {
  const value = member(object, name);
  return isObject(value) ? value : {};
}

function textIn(object: JsonObject, name: string): string | undefined {
  const value = member(object, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textsIn<Name extends string>(object: JsonObject, names: readonly Name[]): { [N in Name]?: string } {
  const found: { [N in Name]?: string } = {};
  for (const name of names) {
    const value = textIn(object, name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (object: object): boolean => Object.keys(object).length === 0;

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY;

/** Has it nothing of a wrong type? */
export function isDescriptor(value: unknown): value is Descriptor {
  if (!isObject(value)) return false;
  const { mediaType, digest, size } = value;
  return (
    [mediaType, digest].every((word) => word === undefined || typeof word === 'string') &&
    (size === undefined || typeof size === 'number')
  );
}
