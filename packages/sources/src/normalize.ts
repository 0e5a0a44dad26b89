/**
 * From what a registry said, field by field, to the normalized event. A kind fills in `Fields` with what it
 * found, of whatever type; here it is decided what of that is a value. What is empty, zero or of the wrong
 * type is absent: a 3.x registry sends `""` and `0` where a 2.x registry sends nothing.
 */
import { ACTIONS, eventIdFrom, isDescriptor, type RegistryEvent } from '@longshore/event';
import { hostOf, isDigest, withoutCredentials } from './reference.js';
import { isoTime, minuteOf } from './time.js';

/** What a kind read out of one event, unchecked. */
export interface Fields {
  id?: unknown;
  timestamp?: unknown;
  /** One of the four actions, or the sender's own word for anything else. */
  action?: unknown;
  /** The sender's own word, when `action` is a translation of it. */
  nativeType?: string;
  mediaType?: unknown;
  digest?: unknown;
  size?: unknown;
  /** The size by its older name, for when `size` is not there. */
  length?: unknown;
  repository?: unknown;
  fromRepository?: unknown;
  url?: unknown;
  tag?: unknown;
  references?: unknown;
  requestId?: unknown;
  addr?: unknown;
  host?: unknown;
  method?: unknown;
  useragent?: unknown;
  actor?: unknown;
  sourceAddr?: unknown;
  instanceID?: unknown;
}

/**
 * Fields of which keys, records and ids are made are longer than this only by mistake or malice: a registry
 * allows 255 characters for a repository and 128 for a tag.
 */
const MAX_LENGTH = 1024;
const SHORT = {
  id: 'id',
  action: 'action',
  repository: 'target.repository',
  fromRepository: 'target.fromRepository',
  tag: 'target.tag',
  digest: 'target.digest',
  mediaType: 'target.mediaType',
} as const;

/**
 * The event, or the reason why these fields are none.
 * @param source name of the source: part of an id that has to be computed.
 * @param receivedAt epoch milliseconds: stands in such an id for a time that the sender did not give.
 */
export function eventFrom(source: string, fields: Fields, receivedAt: number): RegistryEvent | string {
  const action = fields.action;
  if (typeof action !== 'string' || action === '') return missing('action', action);
  const long = tooLong(fields);
  if (long) return `${long} is longer than ${MAX_LENGTH} characters`;

  const target = targetFrom(fields);
  const request = requestFrom(fields, target.url);
  const timestamp = text(fields.timestamp);
  const time = timestamp && isoTime(timestamp);
  const actor = text(fields.actor);
  const addr = text(fields.sourceAddr);
  const instanceID = text(fields.instanceID);
  const known = (ACTIONS as readonly string[]).includes(action);
  const event: RegistryEvent = {
    id: '',
    class: known ? 'event' : 'other',
    action,
    nativeType: fields.nativeType ?? action,
    target,
  };
  if (timestamp) event.timestamp = timestamp;
  if (time) event.time = time;
  if (request) event.request = request;
  if (actor) event.actor = { name: actor };
  if (addr || instanceID) event.source = { ...(addr && { addr }), ...(instanceID && { instanceID }) };
  event.id = idOf(fields.id) ?? computedId(source, event, receivedAt);
  return event;
}

/** The reason why a field that must be there cannot be read. */
export function missing(name: string, value: unknown, wanted = 'text'): string {
  if (value === undefined || value === null || value === '') return `${name} is missing`;
  return `${name} is not ${wanted}`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Name of the first field that is too long to be a key. */
function tooLong(fields: Fields): string | undefined {
  for (const name in SHORT) {
    const value = fields[name as keyof typeof SHORT];
    if (typeof value === 'string' && value.length > MAX_LENGTH) return SHORT[name as keyof typeof SHORT];
  }
  return undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY;
}

function targetFrom(fields: Fields): RegistryEvent['target'] {
  const target: RegistryEvent['target'] = {};
  const mediaType = text(fields.mediaType);
  const tag = text(fields.tag);
  const tagIsDigest = tag !== undefined && isDigest(tag);
  const digest = text(fields.digest) ?? (tagIsDigest ? tag : undefined);
  const repository = text(fields.repository);
  const fromRepository = text(fields.fromRepository);
  const url = text(fields.url);
  if (mediaType) target.mediaType = mediaType;
  if (digest) target.digest = digest;
  const size = [fields.size, fields.length].find(isCount);
  if (size) target.size = size;
  if (repository) target.repository = repository;
  if (fromRepository) target.fromRepository = fromRepository;
  if (url) target.url = withoutCredentials(url);
  if (tag && !tagIsDigest) target.tag = tag;
  if (Array.isArray(fields.references)) target.references = fields.references.filter(isDescriptor);
  return target;
}

function requestFrom(fields: Fields, url: string | undefined): RegistryEvent['request'] {
  const id = text(fields.requestId);
  const addr = text(fields.addr);
  // Whoever leaves the request out has at least named the registry in the URL.
  const host = text(fields.host) ?? (url && hostOf(url));
  const method = text(fields.method);
  const useragent = text(fields.useragent);
  if (!id && !addr && !host && !method && !useragent) return undefined;
  const request: RegistryEvent['request'] = {};
  if (id) request.id = id;
  if (addr) request.addr = addr;
  if (host) request.host = host;
  if (method) request.method = method;
  if (useragent) request.useragent = useragent;
  return request;
}

/** The sender's own id. Zero is none: it would make one event of all that have it. */
function idOf(id: unknown): string | undefined {
  return typeof id === 'number' && id !== 0 ? String(id) : text(id);
}

/**
 * What makes an event itself where the sender gave it no id. A re-send has the same timestamp, or the id of the
 * same request; without either, what comes later is another event.
 */
function computedId(source: string, event: RegistryEvent, receivedAt: number): string {
  const { repository, fromRepository, tag, digest, url } = event.target;
  const origin = [event.request?.id, event.source?.instanceID];
  const subject = [repository, fromRepository, tag, digest, url];
  const isUntold = event.timestamp === undefined && event.request?.id === undefined;
  const moment = isUntold ? minuteOf(receivedAt) : event.timestamp;
  return eventIdFrom(source, [moment, event.nativeType, ...subject, ...origin]);
}
