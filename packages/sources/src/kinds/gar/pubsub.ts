/**
 * How Pub/Sub posts a message: in an envelope, base64, or as it is, with its metadata in headers if the
 * subscription says so (`--push-no-wrapper --push-no-wrapper-write-metadata`).
 */
import { decodeBody } from '../../body.js';
import { at, isObject, type JsonObject, textAt } from '../../json.js';
import type { Incoming, Refused, WholeBody } from '../../kind.js';
import { missing } from '../../normalize.js';
import { headerOf } from '../../request.js';

/** The metadata of a message without an envelope, by header. */
export const HEADERS = {
  subscription: 'x-goog-pubsub-subscription-name',
  messageId: 'x-goog-pubsub-message-id',
  publishTime: 'x-goog-pubsub-publish-time',
} as const;

/** A message's content, and what Pub/Sub adds to it. */
export interface Notification extends WholeBody {
  /** An id is unique within a topic only, so the subscription is a part of it. */
  metadata: { [name in keyof typeof HEADERS]?: string };
}

/** Is it Pub/Sub's envelope? */
export function isWrapped(value: unknown): value is JsonObject & { message: JsonObject } {
  return isObject(value) && isObject(value.message);
}

/** The one message of a request, out of its envelope. */
export function notificationsOf({ raw, value }: Incoming): [Notification] | Refused {
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
