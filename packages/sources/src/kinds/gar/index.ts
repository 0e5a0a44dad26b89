/**
 * Google Artifact Registry and Container Registry through a Pub/Sub push subscription to the topic `gcr`,
 * wrapped in Pub/Sub's envelope, or as it is, with its metadata in headers if the subscription says so
 * (`--push-no-wrapper --push-no-wrapper-write-metadata`). The registry reports a push once for the upload and once for each tag, with
 * the image by full references: `europe-west3-docker.pkg.dev/project/repository/image@sha256:…` and `…:tag`.
 * Source: Google's "Configure Pub/Sub notifications" of Artifact Registry and "Push subscriptions" of
 * Pub/Sub.
 */
import { eventIdFrom } from '@longshore/event';
import { decodeBody } from '../../body.js';
import { at, isObject, type JsonObject, textAt } from '../../json.js';
import type { Incoming, Kind, Reading, Refused, WholeBody } from '../../kind.js';
import { missing } from '../../normalize.js';
import { type ImageReference, parseFullReference } from '../../reference.js';
import { headerOf, type RawRequest } from '../../request.js';
import { minuteOf } from '../../time.js';

/** The metadata of a message without an envelope, by header. */
const HEADERS = {
  subscription: 'x-goog-pubsub-subscription-name',
  messageId: 'x-goog-pubsub-message-id',
  publishTime: 'x-goog-pubsub-publish-time',
} as const;

/** A message's content, and what Pub/Sub adds to it. */
interface Notification extends WholeBody {
  /** An id is unique within a topic only, so the subscription is a part of it. */
  metadata: { [name in keyof typeof HEADERS]?: string };
}

/** The kind `gar`. */
export const gar: Kind<Notification> = {
  kind: 'gar',
  sender: {
    onFailure: 'retries',
    words:
      'Pub/Sub retries a message after anything but 102, 200, 201, 202 and 204 within the deadline, until the subscription’s retention ends (7 days).',
    advice:
      'Set `--ack-deadline 30 --min-retry-delay 10s --max-retry-delay 600s` at the subscription. A dead-letter topic is not needed.',
  },
  headers: Object.values(HEADERS),
  idHeaders: [HEADERS.messageId],
  recognizes,
  list: notificationsOf,
  read,
};

/** By Pub/Sub's envelope or headers; without either by an action in capitals, which no other registry sends. */
function recognizes(raw: RawRequest, value: unknown): boolean {
  if (isWrapped(value) && textAt(value, 'subscription')) return true;
  if (headerOf(raw, HEADERS.messageId) !== undefined) return true;
  if (!isObject(value)) return false;
  const { action, digest, tag } = value;
  return (
    (action === 'INSERT' || action === 'DELETE') && [digest, tag].some((name) => typeof name === 'string')
  );
}

const ACTIONS = new Map<unknown, string>([
  ['INSERT', 'push'],
  ['DELETE', 'delete'],
]);

function read({ value, metadata }: Notification, { raw, source }: Incoming): Reading {
  const { subscription, messageId, publishTime } = metadata;
  const byDigest = imageOf(textAt(value, 'digest'), 'digest');
  const byTag = imageOf(textAt(value, 'tag'), 'tag');
  const { action } = value;
  // Without the metadata an equal message of tomorrow looks the same, so the time is part of the id.
  const names = ['action', 'digest', 'tag'].map((name) => {
    return typeof value[name] === 'string' ? value[name] : undefined;
  });
  const unnamed = [...names, publishTime ?? minuteOf(raw.receivedAt)];
  return {
    event: {
      id: eventIdFrom(source, messageId ? [subscription, messageId] : unnamed),
      timestamp: publishTime,
      action: ACTIONS.get(action) ?? action,
      nativeType: textAt(value, 'action'),
      digest: byDigest.digest ?? byTag.digest,
      tag: byTag.tag,
      repository: byDigest.repository ?? byTag.repository,
      host: byDigest.host ?? byTag.host,
    },
  };
}

/** A text without a slash is the tag or the digest alone. */
function imageOf(reference: string | undefined, alone: 'tag' | 'digest'): Partial<ImageReference> {
  if (reference === undefined) return {};
  return parseFullReference(reference) ?? { [alone]: reference };
}

/** Is it Pub/Sub's envelope? */
function isWrapped(value: unknown): value is JsonObject & { message: JsonObject } {
  return isObject(value) && isObject(value.message);
}

/** The one message of a request, out of its envelope. */
function notificationsOf({ raw, value }: Incoming): [Notification] | Refused {
  if (!isObject(value)) return { refused: 'the body is not an object' };
  if (isWrapped(value)) return unwrapped(value);
  const metadata = {
    subscription: headerOf(raw, HEADERS.subscription),
    messageId: headerOf(raw, HEADERS.messageId),
    publishTime: headerOf(raw, HEADERS.publishTime),
  };
  return [{ value, metadata }];
}

function unwrapped(envelope: JsonObject): [Notification] | Refused {
  const data = at(envelope, 'message', 'data');
  if (typeof data !== 'string' || data === '') return { refused: missing('message.data', data) };
  const body = decodeBody(Buffer.from(data, 'base64'));
  if (body.state !== 'json' || !isObject(body.value)) {
    return { refused: 'message.data is not JSON in base64' };
  }
  const { value } = body;
  const metadata = {
    subscription: textAt(envelope, 'subscription'),
    messageId: textAt(envelope, 'message', 'messageId') ?? textAt(envelope, 'message', 'message_id'),
    publishTime: textAt(envelope, 'message', 'publishTime') ?? textAt(envelope, 'message', 'publish_time'),
  };
  return [{ value, metadata, find: () => value }];
}
