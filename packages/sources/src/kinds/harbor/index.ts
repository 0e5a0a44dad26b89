/**
 * Harbor's webhook policies, in their own format ("Default", since 1.8) and as CloudEvents (since 2.8), and
 * the preheat driver "Kraken", which writes the registry's envelope. The Slack format is for people: it is no
 * JSON whenever Harbor's text has a tab in it.
 * Source: harbor `src/pkg/notifier/{formats,model}`, `src/controller/event/handler/webhook`.
 */
import { decodeBody } from '../../body.js';
import {
  CE_HEADERS,
  CE_ID_HEADERS,
  type CloudEvent,
  cloudEventsOf,
  cloudEventType,
  dedupeKey,
} from '../../cloud-events.js';
import { at, isObject } from '../../json.js';
import type { Ignored, Incoming, Kind, Message, Refused } from '../../kind.js';
import type { RawRequest } from '../../request.js';
import { isoSeconds } from '../../time.js';
import { isEnvelope } from '../distribution/envelope.js';
import { type Entry, entriesOf, readEvent } from '../distribution/event.js';
import { withoutActorUser } from '../distribution/trim.js';
import { type Occurrence, type PolicyMessage, readOccurrence, resourcesOf } from './occurrence.js';

/** The kind `harbor`. */
export const harbor: Kind<PolicyMessage | Entry> = {
  kind: 'harbor',
  sender: {
    onFailure: 'gives-up',
    words:
      'Harbor waits 3 s (`JOBSERVICE_WEBHOOK_JOB_HTTP_CLIENT_TIMEOUT`) and tries three times in all within a few minutes (`JOBSERVICE_WEBHOOK_JOB_MAX_RETRY`, 10 before 2.8), with the same body and id; then the event is lost.',
    advice: 'Raise `JOBSERVICE_WEBHOOK_JOB_MAX_RETRY`, for the time when Longshore itself is stopped.',
  },
  headers: CE_HEADERS,
  idHeaders: CE_ID_HEADERS,
  recognizes,
  list: (incoming) => (isEnvelope(incoming.value) ? entriesOf(incoming) : policyMessages(incoming)),
  read: (message, incoming) =>
    'occurrence' in message ? readOccurrence(message) : readEvent(message, incoming),
  storable,
};

function recognizes(raw: RawRequest, value: unknown): boolean | 'perhaps' {
  if (cloudEventType(raw, value)?.startsWith('harbor.')) return true;
  if (isObject(value) && typeof value.type === 'string' && isObject(value.event_data)) return true;
  return isObject(value) && 'Events' in value && isEnvelope(value) && 'perhaps';
}

/** Only the preheat driver's envelope can hold a token of the registry's. */
function storable(body: Buffer): Buffer {
  const read = decodeBody(body);
  const hasOwnForm = read.state === 'json' && !isEnvelope(read.value);
  return hasOwnForm ? body : withoutActorUser(body, 'token');
}

function policyMessages(incoming: Incoming): PolicyMessage[] | Ignored | Refused {
  const { raw, source, value } = incoming;
  const events = cloudEventsOf(incoming);
  if (Array.isArray(events)) {
    return events.flatMap((event, index) => {
      const sent = Array.isArray(value) ? value[index] : value;
      return messagesOfResources(event, occurrenceOf(event, source, raw.receivedAt), (resource) => {
        const alone = withResource(sent, resource);
        return Array.isArray(value) ? [alone] : alone;
      });
    });
  }
  if (Array.isArray(value)) return events;
  return messagesOfResources({ value }, defaultFormat(incoming), (resource) => withResource(value, resource));
}

/** A message for each resource of a push, pull or delete; one for anything else. @param alone its body as JSON */
function messagesOfResources(
  message: Message,
  occurrence: Occurrence | string,
  alone: (resource: unknown) => unknown,
): PolicyMessage[] {
  const resources = typeof occurrence === 'string' ? occurrence : resourcesOf(occurrence);
  if (!Array.isArray(resources) || resources.length === 1) return [{ ...message, occurrence }];
  return resources.map((resource) => {
    const body = () => Buffer.from(JSON.stringify(alone(resource)));
    return { ...message, body, occurrence, part: { resource } };
  });
}

function occurrenceOf(event: CloudEvent, source: string, receivedAt: number): Occurrence | string {
  const { id, source: origin, type, time, operator } = event.attributes;
  if (type === undefined) return 'type is missing';
  const dedupe = dedupeKey(origin, id);
  return { type, timestamp: time, operator, data: event.data, source, id, dedupe, receivedAt };
}

function defaultFormat({ value, source, raw }: Incoming): Occurrence | string {
  if (!isObject(value) || typeof value.type !== 'string')
    return 'the body is in no format of a Harbor webhook';
  const { type, occur_at: seconds, operator, event_data: data } = value;
  const name = typeof operator === 'string' ? operator : undefined;
  return { type, timestamp: isoSeconds(seconds), operator: name, data, source, receivedAt: raw.receivedAt };
}

/** The event as it was sent, with one of its resources. */
function withResource(value: unknown, resource: unknown): unknown {
  const event = isObject(value) ? value : {};
  const key = isObject(event.event_data) ? 'event_data' : 'data';
  const data = at(event, key);
  return { ...event, [key]: { ...(isObject(data) && data), resources: [resource] } };
}
