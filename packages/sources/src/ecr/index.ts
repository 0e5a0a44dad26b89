/**
 * Amazon ECR through an EventBridge API destination: EventBridge's event as it is, or as a CloudEvent that
 * an input transformer made of it. ECR itself has no webhooks, and EventBridge tells nobody of pulls.
 * Source: "Amazon ECR events and EventBridge"; the transformer's template in argocd-image-updater's
 * documentation.
 */
import { cloudEventType, structuredForm } from '../cloudevents/decode.js';
import { isObject } from '../json.js';
import { openMessage, type Reading } from '../message.js';
import type { Incoming, Kind, Opened, RawRequest } from '../port.js';
import { CLOUD_EVENT_TYPE, readCloudEvent } from './cloud-event.js';
import { readEvent } from './event.js';
import { sender } from './sender.js';

/** The kind `ecr`. */
export const ecr: Kind = { kind: 'ecr', sender, recognizes, open };

const SOURCES: readonly unknown[] = ['aws.ecr', 'aws.inspector2'];

function recognizes(raw: RawRequest, value: unknown): boolean {
  if (!isObject(value)) return false;
  if (cloudEventType(raw, value)?.startsWith(CLOUD_EVENT_TYPE)) return true;
  return SOURCES.includes(value.source) && typeof value['detail-type'] === 'string';
}

function open(incoming: Incoming): Opened {
  const { raw, value } = incoming;
  return openMessage(incoming, ecr.kind, read(structuredForm(raw, value)), (root) =>
    structuredForm(raw, root),
  );
}

function read(value: unknown): Reading {
  if (!isObject(value)) return { refused: 'the body is not an object' };
  return value.specversion === undefined ? readEvent(value) : readCloudEvent(value);
}
