/**
 * Harbor's webhook policies, in their own format ("Default", since 1.8) and as CloudEvents (since 2.8), and
 * the preheat driver "Kraken", which writes the registry's envelope. The Slack format is for people: it is no
 * JSON whenever Harbor's text has a tab in it.
 * Source: harbor `src/pkg/notifier/{formats,model}`, `src/controller/event/handler/webhook`.
 */

import { decodeBody } from '../body.js';
import { type CloudEvent, cloudEventType, decodeCloudEvents, dedupeKey } from '../cloudevents/decode.js';
import { isEnvelope } from '../distribution/envelope.js';
import { openEnvelope } from '../distribution/index.js';
import { withoutActorUser } from '../distribution/without-actor-user.js';
import { at, isObject, writeJson } from '../json.js';
import { type Message, openMessages } from '../message.js';
import {
  type Incoming,
  type Kind,
  MAX_EVENTS,
  type Opened,
  type RawRequest,
  TOO_MANY_EVENTS,
  unreadable,
} from '../port.js';
import { isoSeconds } from '../time.js';
import { actionOf, type Occurrence, readOther, readResource, resourcesOf } from './occurrence.js';
import { sender } from './sender.js';

/** The kind `harbor`. */
export const harbor: Kind = {
  kind: 'harbor',
  sender,
  recognizes,
  open,
  storable,
};

function recognizes(raw: RawRequest, value: unknown): boolean | 'perhaps' {
  if (cloudEventType(raw, value)?.startsWith('harbor.')) return true;
  if (isObject(value) && typeof value.type === 'string' && isObject(value.event_data)) return true;
  return isObject(value) && 'Events' in value && isEnvelope(value) && 'perhaps';
}

function open(incoming: Incoming): Opened {
  const { raw, value } = incoming;
  if (isEnvelope(value)) return openEnvelope(incoming, harbor.kind);
  const parts = cloudEvents(incoming) ?? [ofDefaultFormat(incoming)];
  if (parts.length > MAX_EVENTS) return unreadable(raw, TOO_MANY_EVENTS);
  if (parts.length === 0) return { taken: [], quarantined: [], note: 'the batch has no events' };
  return openMessages(incoming, harbor.kind, parts.flatMap(messagesOf));
}

/** One of the occurrences of a request. */
interface Part {
  /** What happened, or why that cannot be read. */
  occurrence: Occurrence | string;
  /** A request body with this occurrence alone. */
  body: Buffer;
  /** The occurrence as its sender wrote it. */
  value: unknown;
  /** It came in a list, so a body of its own is a list too. */
  isBatch: boolean;
  find: Message['find'];
}

/** A message for each resource of a push, pull or delete; one for anything else. */
function messagesOf({ occurrence, body, value, isBatch, find }: Part): Message[] {
  const refused = (reason: string): Message[] => [{ reading: { refused: reason }, body, find }];
  if (typeof occurrence === 'string') return refused(occurrence);
  if (actionOf(occurrence) === undefined) return [{ reading: readOther(occurrence), body, find }];
  const resources = resourcesOf(occurrence);
  if (typeof resources === 'string') return refused(resources);
  const isOnly = resources.length === 1;
  return resources.map((resource) => {
    const alone = () => withResource(value, resource, isBatch);
    return { reading: readResource(occurrence, resource, isOnly), body: isOnly ? body : alone(), find };
  });
}

/** Only the preheat driver's envelope can hold a token of the registry's. */
function storable(body: Buffer): Buffer {
  const read = decodeBody(body);
  const hasOwnForm = read.state === 'json' && !isEnvelope(read.value);
  return hasOwnForm ? body : withoutActorUser(body, 'token');
}

/** Each CloudEvent of the request; undefined for a request that holds none. */
function cloudEvents({ raw, value, source }: Incoming): Part[] | undefined {
  const isBatch = Array.isArray(value);
  return decodeCloudEvents(raw, value)?.map((event, index) => ({
    occurrence: occurrenceOf(event, source, raw.receivedAt),
    body: event.body,
    value: isBatch ? value[index] : value,
    isBatch,
    find: event.find,
  }));
}

function occurrenceOf(event: CloudEvent, source: string, receivedAt: number): Occurrence | string {
  const { id, source: origin, type, time, operator } = event.attributes;
  if (type === undefined) return 'type is missing';
  const dedupe = dedupeKey(origin, id);
  return { type, timestamp: time, operator, data: event.data, source, id, dedupe, receivedAt };
}

function ofDefaultFormat(incoming: Incoming): Part {
  const { raw, value } = incoming;
  const occurrence = defaultFormat(incoming);
  return { occurrence, body: raw.body, value, isBatch: false, find: (root) => root };
}

function defaultFormat({ value, source, raw }: Incoming): Occurrence | string {
  if (!isObject(value) || typeof value.type !== 'string')
    return 'the body is in no format of a Harbor webhook';
  const { type, occur_at: seconds, operator, event_data: data } = value;
  const name = typeof operator === 'string' ? operator : undefined;
  return { type, timestamp: isoSeconds(seconds), operator: name, data, source, receivedAt: raw.receivedAt };
}

/** The body with one of its resources; as a batch of one where it came in a batch. */
function withResource(value: unknown, resource: unknown, isBatch: boolean): Buffer {
  const body = isObject(value) ? value : {};
  const key = isObject(body.event_data) ? 'event_data' : 'data';
  const data = at(body, key);
  const alone = { ...body, [key]: { ...(isObject(data) && data), resources: [resource] } };
  return Buffer.from(writeJson(isBatch ? [alone] : alone));
}
