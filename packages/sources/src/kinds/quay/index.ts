/**
 * Quay's repository notifications. The body does not say which event it is, when it happened or who did it,
 * and can be a template of the user's own. So the keys of the body identify the event. Each push is an event of its
 * own; any other notification that is received again within a minute is the same event.
 * Source: quay `notifications/notificationevent.py`, `workers/notificationworker`.
 */
import { eventIdFrom } from '@longshore/event';
import { at, isObject, textAt } from '../../json.js';
import type { Incoming, Kind, Listed, Message, Reading } from '../../kind.js';
import { messagesOf } from '../../open-body.js';
import { withoutScheme } from '../../reference.js';
import { minuteOf } from '../../time.js';

/** A tag that was pushed, or, without `tag`, any other notification. */
interface Notification extends Message {
  tag?: { name: unknown };
}

/** The kind `quay`. */
export const quay: Kind<Notification> = {
  kind: 'quay',
  sender: {
    onFailure: 'disables-itself',
    words:
      'Quay waits 10 s and tries up to five times, 30 s apart. After three notifications in a row that failed it switches the notification off until someone presses _Enable_.',
    advice: 'Nothing to set. Check the notification after an outage of Longshore itself.',
  },
  recognizes: (_, value) =>
    textAt(value, 'docker_url') !== undefined ||
    (textAt(value, 'namespace') !== undefined && at(value, 'usage_bytes') !== undefined),
  list,
  read: (message, incoming) => (message.tag ? push(message.tag.name, incoming) : other(incoming)),
};

/** Which key identifies which event. Whether a mirror or a build started, succeeded or failed is not in the body. */
const IDENTIFIED_BY: [key: string, nativeType: string][] = [
  ['vulnerability', 'vulnerability_found'],
  ['vulnerabilities', 'vulnerability_found'],
  ['build_id', 'build'],
  ['expiring_in', 'repo_image_expiry'],
  ['usage_bytes', 'quota'],
  ['threshold_percent', 'quota'],
  ['message', 'repo_mirror_sync'],
];

function list({ value }: Incoming): Listed<Notification> {
  if (!isObject(value)) return { refused: 'the body is not an object' };
  const updated = value.updated_tags;
  if (updated === undefined) return [{ value }];
  // Very old Quay: an object with the tags as its keys.
  const tags = Array.isArray(updated) ? updated : isObject(updated) ? Object.keys(updated) : [updated];
  return messagesOf(tags, 'no tag was updated', (name) => {
    const alone = () => Buffer.from(JSON.stringify({ ...value, updated_tags: [name] }));
    return { value, tag: { name }, ...(tags.length > 1 && { body: alone }) };
  });
}

function push(tag: unknown, incoming: Incoming): Reading {
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
  const [, nativeType = 'notification'] = IDENTIFIED_BY.find(([key]) => at(value, key) !== undefined) ?? [];
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
