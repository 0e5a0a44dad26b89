/**
 * How Pub/Sub posts a message: in an envelope, base64, or as it is, with its metadata in headers if the
 * subscription says so (`--push-no-wrapper --push-no-wrapper-write-metadata`).
 */
import { decodeBody } from '../body.js';
import { at, isObject, type JsonObject, textAt } from '../json.js';
import { headerOf } from '../message.js';
import { missing } from '../normalize.js';
import type { RawRequest } from '../port.js';

/**
 * What Pub/Sub says of a message. An id is unique within a topic only, so the subscription is a part of it.
 */
export interface Metadata {
  subscription?: string;
  messageId?: string;
  publishTime?: string;
}

/** Is it Pub/Sub's envelope? */
export function isWrapped(value: unknown): value is JsonObject & { message: JsonObject } {
  return isObject(value) && isObject(value.message);
}

/** The message and what is said of it, or the reason why it cannot be read. */
export function unwrap(envelope: JsonObject): (Metadata & { notification: JsonObject }) | string {
  const data = at(envelope, 'message', 'data');
  if (typeof data !== 'string' || data === '') return missing('message.data', data);
  const notification = decode(data);
  if (notification === undefined) return 'message.data is not JSON in base64';
  return {
    notification,
    subscription: textAt(envelope, 'subscription'),
    messageId: textAt(envelope, 'message', 'messageId') ?? textAt(envelope, 'message', 'message_id'),
    publishTime: textAt(envelope, 'message', 'publishTime') ?? textAt(envelope, 'message', 'publish_time'),
  };
}

/** The metadata of a message without an envelope. */
export function writtenIn(raw: RawRequest): Metadata {
  return {
    subscription: headerOf(raw, 'x-goog-pubsub-subscription-name'),
    messageId: headerOf(raw, 'x-goog-pubsub-message-id'),
    publishTime: headerOf(raw, 'x-goog-pubsub-publish-time'),
  };
}

function decode(data: string): JsonObject | undefined {
  const body = decodeBody(Buffer.from(data, 'base64'));
  return body.state === 'json' && isObject(body.value) ? body.value : undefined;
}
