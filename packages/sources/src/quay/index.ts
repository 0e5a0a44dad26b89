/**
 * Quay's repository notifications. The body does not say which event it is, when it happened or who did it,
 * and can be a template of the user's own. So the keys of the body tell the event. Each push is an event of its
 * own; any other notification that is received again within a minute is the same event.
 * Source: quay `notifications/notificationevent.py`, `workers/notificationworker`.
 */
import { eventIdFrom } from '@longshore/event';
import { at, isObject, textAt, writeJson } from '../json.js';
import { type Message, openMessages, type Reading } from '../message.js';
import { type Incoming, type Kind, MAX_EVENTS, type Opened, TOO_MANY_EVENTS, unreadable } from '../port.js';
import { withoutScheme } from '../reference.js';
import { minuteOf } from '../time.js';
import { sender } from './sender.js';

/** The kind `quay`. */
export const quay: Kind = {
  kind: 'quay',
  sender,
  recognizes: (_, value) =>
    textAt(value, 'docker_url') !== undefined ||
    (textAt(value, 'namespace') !== undefined && at(value, 'usage_bytes') !== undefined),
  open,
};

/** Which key tells which event. Whether a mirror or a build started, succeeded or failed is not to be seen. */
const TOLD_BY: [key: string, nativeType: string][] = [
  ['vulnerability', 'vulnerability_found'],
  ['vulnerabilities', 'vulnerability_found'],
  ['build_id', 'build'],
  ['expiring_in', 'repo_image_expiry'],
  ['usage_bytes', 'quota'],
  ['threshold_percent', 'quota'],
  ['message', 'repo_mirror_sync'],
];

function open(incoming: Incoming): Opened {
  const { raw, value } = incoming;
  if (!isObject(value)) return unreadable(raw, 'the body is not an object');
  const updated = value.updated_tags;
  if (updated === undefined) return openMessages(incoming, quay.kind, [message(incoming, other(incoming))]);
  // Very old Quay: an object with the tags as its keys.
  const tags = Array.isArray(updated) ? updated : isObject(updated) ? Object.keys(updated) : [updated];
  if (tags.length > MAX_EVENTS) return unreadable(raw, TOO_MANY_EVENTS);
  if (tags.length === 0) return { taken: [], quarantined: [], note: 'no tag was updated' };
  return openMessages(
    incoming,
    quay.kind,
    tags.map((tag) => {
      const alone = tags.length > 1 ? { ...value, updated_tags: [tag] } : undefined;
      return message(incoming, push(incoming, tag), alone);
    }),
  );
}

function message({ raw }: Incoming, reading: Reading, alone?: object): Message {
  const body = alone ? Buffer.from(writeJson(alone)) : raw.body;
  return { reading, body, find: (root) => root };
}

function push(incoming: Incoming, tag: unknown): Reading {
  if (typeof tag !== 'string' || tag === '') return { refused: 'a tag is not text' };
  const { source, value, raw } = incoming;
  const place = placeOf(value);
  const image = textAt(value, 'docker_url') ?? place.repository;
  // A second push of the tag looks like a retry of the first. A duplicate delivery does less harm than an image
  // that is never deployed, so each request is a push of its own.
  const id = eventIdFrom(source, [image, tag, raw.receivedAt]);
  return { event: { ...place, id, action: 'push', nativeType: 'repo_push', tag } };
}

function other(incoming: Incoming): Reading {
  const { source, value, raw, text } = incoming;
  const [, nativeType = 'notification'] = TOLD_BY.find(([key]) => at(value, key) !== undefined) ?? [];
  const id = eventIdFrom(source, [text, minuteOf(raw.receivedAt)]);
  return { event: { ...placeOf(value), id, action: nativeType } };
}

function placeOf(value: unknown): { host?: string; repository?: string } {
  const [, host, path] = /^([^/]+)\/(.+)$/s.exec(withoutScheme(textAt(value, 'docker_url') ?? '')) ?? [];
  const [namespace, name] = [textAt(value, 'namespace'), textAt(value, 'name')];
  return {
    host,
    repository: textAt(value, 'repository') ?? path ?? (namespace && name && `${namespace}/${name}`),
  };
}
