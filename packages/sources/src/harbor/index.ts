/**
 * Harbor's webhook policies, in their own format ("Default", since 1.8) and as CloudEvents (since 2.8), and
 * the preheat driver "Kraken", which writes the registry's envelope. The Slack format is for people: it is no
 * JSON whenever Harbor's text has a tab in it.
 * Source: harbor `src/pkg/notifier/{formats,model}`, `src/controller/event/handler/webhook`.
 */

import { decodeBody } from '../body.js';
import { cloudEventType, decodeCloudEvents, dedupeKey } from '../cloudevents/decode.js';
import { isEnvelope } from '../distribution/envelope.js';
import { openEnvelope } from '../distribution/index.js';
import { withoutActorUser } from '../distribution/without-actor-user.js';
import { at, isObject, writeJson } from '../json.js';
import { type Message, openMessages } from '../message.js';
import { type Incoming, type Kind, type Opened, type RawRequest, unreadable } from '../port.js';
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
  const occurrence = cloudEvent(incoming) ?? defaultFormat(incoming);
  if (typeof occurrence === 'string') return unreadable(raw, occurrence);
  if (actionOf(occurrence) === undefined) {
    const message = { reading: readOther(occurrence), body: raw.body, find: (root: unknown) => root };
    return openMessages(incoming, harbor.kind, [message]);
  }
  const resources = resourcesOf(occurrence);
  if (typeof resources === 'string') return unreadable(raw, resources);
  const isOnly = resources.length === 1;
  const messages = resources.map((resource): Message => {
    const reading = readResource(occurrence, resource, isOnly);
    return { reading, body: isOnly ? raw.body : withResource(value, resource), find: (root) => root };
  });
  return openMessages(incoming, harbor.kind, messages);
}

/** Only the preheat driver's envelope can hold a token of the registry's. */
function storable(body: Buffer): Buffer {
  const read = decodeBody(body);
  const hasOwnForm = read.state === 'json' && !isEnvelope(read.value);
  return hasOwnForm ? body : withoutActorUser(body, 'token');
}

/** Undefined for what is no CloudEvent. */
function cloudEvent({ raw, value, source }: Incoming): Occurrence | string | undefined {
  const events = decodeCloudEvents(raw, value);
  if (events === undefined) return undefined;
  const [event] = events;
  if (event === undefined || events.length > 1) return 'the list is not one CloudEvent';
  const { id, source: origin, type, time, operator } = event.attributes;
  if (type === undefined) return 'type is missing';
  return {
    type,
    timestamp: time,
    operator,
    data: event.data,
    source,
    id,
    dedupe: dedupeKey(origin, id),
    receivedAt: raw.receivedAt,
  };
}

function defaultFormat({ value, source, raw }: Incoming): Occurrence | string {
  if (!isObject(value) || typeof value.type !== 'string')
    return 'the body is in no format of a Harbor webhook';
  const { type, occur_at: seconds, operator, event_data: data } = value;
  const name = typeof operator === 'string' ? operator : undefined;
  return { type, timestamp: isoSeconds(seconds), operator: name, data, source, receivedAt: raw.receivedAt };
}

/** The body with one of its resources. */
function withResource(value: unknown, resource: unknown): Buffer {
  const body = isObject(value) ? value : {};
  const key = isObject(body.event_data) ? 'event_data' : 'data';
  const data = at(body, key);
  return Buffer.from(writeJson({ ...body, [key]: { ...(isObject(data) && data), resources: [resource] } }));
}
