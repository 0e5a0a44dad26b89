/**
 * Google Artifact Registry and Container Registry through a Pub/Sub push subscription to the topic `gcr`,
 * wrapped in Pub/Sub's envelope or not. The registry tells of a push once for the upload and once for each
 * tag.
 * Source: Google's "Configure Pub/Sub notifications" of Artifact Registry and "Push subscriptions" of
 * Pub/Sub.
 */
import { isObject, textAt } from '../json.js';
import { headerOf, openMessage, type Reading } from '../message.js';
import type { Incoming, Kind, Opened, RawRequest } from '../port.js';
import { readNotification } from './notification.js';
import { isWrapped, unwrap, writtenIn } from './pubsub.js';
import { sender } from './sender.js';

/** The kind `gar`. */
export const gar: Kind = { kind: 'gar', sender, recognizes, open };

/** By Pub/Sub's envelope or headers; without either by a word that no other registry shouts. */
function recognizes(raw: RawRequest, value: unknown): boolean {
  if (isWrapped(value) && textAt(value, 'subscription')) return true;
  if (headerOf(raw, 'x-goog-pubsub-message-id') !== undefined) return true;
  if (!isObject(value)) return false;
  const { action, digest, tag } = value;
  return (
    (action === 'INSERT' || action === 'DELETE') && [digest, tag].some((name) => typeof name === 'string')
  );
}

function open(incoming: Incoming): Opened {
  const { raw, value } = incoming;
  if (!isObject(value)) return openMessage(incoming, gar.kind, { refused: 'the body is not an object' });
  const delivery = isWrapped(value) ? unwrap(value) : { ...writtenIn(raw), notification: value };
  if (typeof delivery === 'string') return openMessage(incoming, gar.kind, { refused: delivery });
  const { notification, ...metadata } = delivery;
  const reading: Reading = readNotification(notification, metadata, incoming);
  const find = (root: unknown) => (isWrapped(root) ? notification : root);
  return openMessage(incoming, gar.kind, reading, find);
}
