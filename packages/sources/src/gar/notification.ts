/**
 * What the registry writes into a message: an action, and the image by full references,
 * `europe-west3-docker.pkg.dev/project/repository/image@sha256:…` and `…:tag`.
 */
import { eventIdFrom } from '@longshore/event';
import { type ImageReference, parseFullReference } from '../full-reference.js';
import { type JsonObject, textAt } from '../json.js';
import type { Reading } from '../message.js';
import type { Incoming } from '../port.js';
import { minuteOf } from '../time.js';
import type { Metadata } from './pubsub.js';

const ACTIONS = new Map<unknown, string>([
  ['INSERT', 'push'],
  ['DELETE', 'delete'],
]);

/** @param incoming what the message came in, for the event's id. */
export function readNotification(body: JsonObject, metadata: Metadata, incoming: Incoming): Reading {
  const { raw, source } = incoming;
  const { subscription, messageId, publishTime } = metadata;
  const byDigest = imageOf(textAt(body, 'digest'), 'digest');
  const byTag = imageOf(textAt(body, 'tag'), 'tag');
  const { action } = body;
  // Without the metadata nothing tells a message from one that says the same tomorrow.
  const names = [action, body.digest, body.tag].map((name) => (typeof name === 'string' ? name : undefined));
  const unnamed = [...names, publishTime ?? minuteOf(raw.receivedAt)];
  return {
    event: {
      id: eventIdFrom(source, messageId ? [subscription, messageId] : unnamed),
      timestamp: publishTime,
      action: ACTIONS.get(action) ?? action,
      nativeType: textAt(body, 'action'),
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
