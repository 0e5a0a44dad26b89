/**
 * Harbor's webhook policies, in their own format ("Default", since 1.8) and as CloudEvents (since 2.8), and
 * the preheat driver "Kraken", which writes the registry's envelope. The Slack format is for people: it is no
 * JSON whenever Harbor's text has a tab in it. Pushes, pulls and deletes name resources, each of which is an event;
 * everything else is one other event.
 * Source: harbor `src/pkg/notifier/{formats,model}`, `src/controller/event/handler/webhook`.
 */
import { eventIdFrom } from '@longshore/event';
import { decodeBody } from '../../body.js';
import { CE_HEADERS, type CloudEvent, cloudEventsOf, cloudEventType, dedupeKey } from '../../cloud-events.js';
import { at, isObject, textAt } from '../../json.js';
import type { Incoming, Kind, Listed, Message, Reading } from '../../kind.js';
import { missing } from '../../normalize.js';
import { MAX_EVENTS, TOO_MANY_EVENTS } from '../../open-body.js';
import { isDigest, withoutScheme } from '../../reference.js';
import type { RawRequest } from '../../request.js';
import { isoSeconds, minuteOf } from '../../time.js';
import { isEnvelope } from '../distribution/envelope.js';
import { type Entry, entriesOf, readEvent } from '../distribution/event.js';
import { withoutActorUser } from '../distribution/trim.js';

/** Something that happened in Harbor. */
interface Occurrence {
  type: string;
  timestamp?: string;
  /** Epoch milliseconds. */
  receivedAt: number;
  operator?: string;
  data: unknown;
  /** Longshore's name for the source. */
  source: string;
  /** Of the CloudEvent, if it is one. */
  id?: string;
  dedupe?: string;
}

/** A message of a policy. */
interface PolicyMessage extends Message {
  /** What happened, or why that cannot be read. */
  occurrence: Occurrence | string;
  /** One of several resources; absent when the message is all of the occurrence. */
  part?: { resource: unknown };
}

/** The kind `harbor`. */
export const harbor: Kind<PolicyMessage | Entry> = {
  kind: 'harbor',
  sender: {
    onFailure: 'gives-up',
    words:
      'Harbor waits 3 s (`JOBSERVICE_WEBHOOK_JOB_HTTP_CLIENT_TIMEOUT`) and tries three times in all within a few minutes (`JOBSERVICE_WEBHOOK_JOB_MAX_RETRY`, 10 before 2.8), with the same body and id; then the event is lost.',
    advice: 'Raise `JOBSERVICE_WEBHOOK_JOB_MAX_RETRY`, for the time when Longshore itself is stopped.',
  },
  ...CE_HEADERS,
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

function policyMessages(incoming: Incoming): Listed<PolicyMessage> {
  const { raw, source, value } = incoming;
  const events = cloudEventsOf(incoming);
  if ('length' in events) {
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

/** By the names of Harbor 2.x, of its CloudEvents and of 1.x. */
const ACTIONS = new Map([
  ['PUSH_ARTIFACT', 'push'],
  ['PULL_ARTIFACT', 'pull'],
  ['DELETE_ARTIFACT', 'delete'],
  ['harbor.artifact.pushed', 'push'],
  ['harbor.artifact.pulled', 'pull'],
  ['harbor.artifact.deleted', 'delete'],
  ['pushImage', 'push'],
  ['pullImage', 'pull'],
  ['deleteImage', 'delete'],
]);

/** The resources of a push, pull or delete, unchecked, or why it has none; undefined for anything else. */
function resourcesOf({ type, data }: Occurrence): unknown[] | string | undefined {
  if (!ACTIONS.has(type)) return undefined;
  const resources = at(data, 'resources');
  if (!Array.isArray(resources)) return missing('resources', resources, 'a list');
  if (resources.length === 0) return 'resources is empty';
  return resources.length > MAX_EVENTS ? TOO_MANY_EVENTS.refused : resources;
}

/** Reads an occurrence, or the one of its resources that the message is about. */
function readOccurrence({ occurrence, part }: PolicyMessage): Reading {
  if (typeof occurrence === 'string') return { refused: occurrence };
  if (part) return readResource(occurrence, part.resource, false);
  const resources = resourcesOf(occurrence);
  if (resources === undefined) return readOther(occurrence);
  return typeof resources === 'string'
    ? { refused: resources }
    : readResource(occurrence, resources[0], true);
}

/** @param isOnly it is the only resource of the occurrence, so the CloudEvent's id is its own */
function readResource(occurrence: Occurrence, resource: unknown, isOnly: boolean): Reading {
  if (!isObject(resource)) return { refused: 'a resource is not an object' };
  const action = ACTIONS.get(occurrence.type);
  const { repository, digest, tag, host, ...fields } = fieldsOf(occurrence, resource);
  const hasUrl = host && repository && digest && action !== 'delete';
  const url = hasUrl ? `https://${host}/v2/${repository}/manifests/${digest}` : undefined;
  const { id, source, type, operator, dedupe } = occurrence;
  const own = [type, momentOf(occurrence), operator, repository, digest, tag];
  const computed = eventIdFrom(source, id === undefined ? own : [dedupe ?? id, ...own]);
  const event = { ...fields, action, repository, digest, tag, host, url, id: (isOnly && id) || computed };
  return { event, ...(isOnly && { dedupe }) };
}

/** A scan, quota, replication, retention …; of one resource if it names exactly one. */
function readOther(occurrence: Occurrence): Reading {
  const resources = at(occurrence.data, 'resources');
  const resource = Array.isArray(resources) && resources.length === 1 ? resources[0] : undefined;
  const { id, source, type, operator, data, dedupe } = occurrence;
  const fields = fieldsOf(occurrence, resource);
  // Two quotas of one project in one second differ in their text only.
  const subject = [fields.repository, fields.digest, fields.tag, JSON.stringify(data)];
  const own = [type, momentOf(occurrence), operator, ...subject];
  return { event: { ...fields, action: type, id: id ?? eventIdFrom(source, own) }, dedupe };
}

function momentOf({ timestamp, receivedAt }: Occurrence): string | number {
  return timestamp ?? minuteOf(receivedAt);
}

function fieldsOf({ type, timestamp, operator, data }: Occurrence, resource: unknown) {
  const named = textAt(resource, 'tag');
  // Pushed or pulled by digest: the digest stands in the tag's place too.
  const tag = named !== undefined && isDigest(named) ? undefined : named;
  const digest = textAt(resource, 'digest') ?? (tag === undefined ? named : undefined);
  const host = /^([^/]+)\//.exec(withoutScheme(textAt(resource, 'resource_url') ?? ''))?.[1];
  const repository = textAt(data, 'repository', 'repo_full_name');
  return { nativeType: type, timestamp, actor: operator, repository, digest, tag, host, sourceAddr: host };
}
