/**
 * From the fields that a kind found to the normalized event, and to what a receiver gets of it. A kind fills in
 * `Fields` with values of whatever type; here it is decided which of them count. What is empty, zero or of the wrong
 * type is absent: a 3.x registry sends `""` and `0` where a 2.x registry sends nothing.
 */
import { ACTIONS, eventIdFrom, hostOf, isDescriptor, isoTime, type RegistryEvent } from '@longshore/event';
import type { JsonObject } from './json.js';
import { isDigest, withoutCredentials } from './reference.js';
import { minuteOf } from './time.js';

type EventField = 'id' | 'timestamp' | 'action' | 'actor' | 'sourceAddr' | 'instanceID';
type Subject = 'mediaType' | 'digest' | 'size' | 'length' | 'repository' | 'fromRepository' | 'url' | 'tag';
type RequestField = 'requestId' | 'addr' | 'host' | 'method' | 'useragent';

/**
 * What a kind read in one event, unchecked. `action` is one of the four actions, or the sender's own word for anything
 * else, `nativeType` that word when `action` is a translation of it; `length` is an older name of `size`.
 */
export type Fields = { [name in EventField | Subject | RequestField | 'references']?: unknown } & {
  nativeType?: string;
};

/**
 * Fields of which keys, records and ids are made are longer than this only by mistake or malice: a registry
 * allows 255 characters for a repository and 128 for a tag.
 */
const MAX_LENGTH = 1024;
const SHORT = ['id', 'action', 'repository', 'fromRepository', 'tag', 'digest', 'mediaType'] as const;

/**
 * The event, or the reason why these fields are none.
 * @param source name of the source: part of an id that has to be computed.
 * @param receivedAt epoch milliseconds: stands in such an id for a time that the sender did not give.
 */
export function eventFrom(source: string, fields: Fields, receivedAt: number): RegistryEvent | string {
  const { action } = fields;
  if (typeof action !== 'string' || action === '') return missing('action', action);
  const long = SHORT.find((name) => (text(fields[name])?.length ?? 0) > MAX_LENGTH);
  const label = long === 'id' || long === 'action' ? long : `target.${long}`;
  if (long) return `${label} is longer than ${MAX_LENGTH} characters`;
  const target = targetFrom(fields);
  const timestamp = text(fields.timestamp);
  const event: RegistryEvent = known({
    id: '',
    class: (ACTIONS as readonly string[]).includes(action) ? 'event' : 'other',
    action,
    nativeType: fields.nativeType ?? action,
    target,
    timestamp,
    time: timestamp && isoTime(timestamp),
    request: filled({
      id: text(fields.requestId),
      addr: text(fields.addr),
      // A sender that leaves the request out has at least named the registry in the URL.
      host: text(fields.host) ?? (target.url && hostOf(target.url)),
      method: text(fields.method),
      useragent: text(fields.useragent),
    }),
    actor: filled({ name: text(fields.actor) }),
    source: filled({ addr: text(fields.sourceAddr), instanceID: text(fields.instanceID) }),
  });
  event.id = idOf(fields.id) ?? computedId(source, event, receivedAt);
  return event;
}

/** The reason why a field that must be there cannot be read. */
export function missing(name: string, value: unknown, wanted = 'text'): string {
  if (value === undefined || value === null || value === '') return `${name} is missing`;
  return `${name} is not ${wanted}`;
}

/** RFC 3339, which is all that a receiver written in Go reads: Java's `+0000` breaks the whole event there. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * The normalized event as a receiver gets it: the registry's fields in the registry's order, unknown ones absent.
 * A receiver written for the registry reads `target.repository` or `actor.name` without a check, so the four objects
 * are always there. A fresh object; only `target.references` are shared with the event.
 */
export function normalizedPayload({ id, action, target, ...event }: RegistryEvent): JsonObject {
  const { mediaType, digest, size, repository, fromRepository, url, tag, references } = target;
  const asSent = event.timestamp !== undefined && RFC_3339.test(event.timestamp);
  return known({
    id,
    timestamp: asSent && event.time ? event.timestamp : event.time,
    action,
    // `length` is the registry's older name for the size, which it still sends.
    target: known({
      mediaType,
      digest,
      size,
      length: size,
      repository,
      fromRepository,
      url,
      tag,
      references,
    }),
    request: { ...event.request },
    actor: { ...event.actor },
    source: { ...event.source },
  });
}

/** The object with absent members where they are undefined. */
function known<T extends object>(object: T): T {
  const found: Partial<T> = {};
  for (const name in object) if (object[name] !== undefined) found[name] = object[name];
  return found as T;
}

/** Like {@link known}; undefined without members. */
function filled<T extends object>(object: T): T | undefined {
  for (const name in object) if (object[name] !== undefined) return known(object);
  return undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY;
}

function targetFrom(fields: Fields): RegistryEvent['target'] {
  const tag = text(fields.tag);
  const tagIsDigest = tag !== undefined && isDigest(tag);
  const url = text(fields.url);
  return known({
    mediaType: text(fields.mediaType),
    digest: text(fields.digest) ?? (tagIsDigest ? tag : undefined),
    size: [fields.size, fields.length].find(isCount),
    repository: text(fields.repository),
    fromRepository: text(fields.fromRepository),
    url: url && withoutCredentials(url),
    tag: tagIsDigest ? undefined : tag,
    references: Array.isArray(fields.references) ? fields.references.filter(isDescriptor) : undefined,
  });
}

/** The sender's own id. Zero is none: it would make one event of all that have it. */
function idOf(id: unknown): string | undefined {
  return typeof id === 'number' && id !== 0 ? String(id) : text(id);
}

/**
 * The identity of an event without an id of its sender. A retry has the same timestamp, or the id of the
 * same request; without either, what comes in a later minute is another event.
 */
function computedId(source: string, event: RegistryEvent, receivedAt: number): string {
  const { repository, fromRepository, tag, digest, url } = event.target;
  const origin = [event.request?.id, event.source?.instanceID];
  const subject = [repository, fromRepository, tag, digest, url];
  const isTimed = event.timestamp !== undefined || event.request?.id !== undefined;
  const moment = isTimed ? event.timestamp : minuteOf(receivedAt);
  return eventIdFrom(source, [moment, event.nativeType, ...subject, ...origin]);
}
