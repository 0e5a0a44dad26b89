/**
 * Amazon ECR through an EventBridge API destination: EventBridge's event as it is, or as a CloudEvent that
 * an input transformer made of it. ECR itself has no webhooks, and EventBridge has no event for pulls.
 * Source: "Amazon ECR events and EventBridge"; the transformer's template in argocd-image-updater's
 * documentation.
 */
import { CE_HEADERS, CE_ID_HEADERS, cloudEventType, structuredForm } from '../../cloud-events.js';
import { isObject } from '../../json.js';
import type { Kind, WholeBody } from '../../kind.js';
import type { RawRequest } from '../../request.js';
import { CLOUD_EVENT_TYPE, readCloudEvent } from './cloud-event.js';
import { readEvent } from './event.js';

/** The kind `ecr`. */
export const ecr: Kind<WholeBody> = {
  kind: 'ecr',
  sender: {
    onFailure: 'retries',
    words:
      'EventBridge waits 5 seconds for an answer and retries after a 409, a 429, a 5xx or no answer, for up to 24 hours and 185 times; after any other 4xx the event goes to the target’s dead-letter queue, or is lost without one.',
    advice: 'Leave the target’s retry policy at 24 hours and 185 attempts, and give it a dead-letter queue.',
  },
  headers: CE_HEADERS,
  idHeaders: CE_ID_HEADERS,
  recognizes,
  list({ raw, value }) {
    const event = structuredForm(raw, value);
    if (!isObject(event)) return { refused: 'the body is not an object' };
    return [{ value: event, find: (root) => structuredForm(raw, root) }];
  },
  read: ({ value }) => (value.specversion === undefined ? readEvent(value) : readCloudEvent(value)),
};

const SOURCES: readonly unknown[] = ['aws.ecr', 'aws.inspector2'];

function recognizes(raw: RawRequest, value: unknown): boolean {
  if (!isObject(value)) return false;
  if (cloudEventType(raw, value)?.startsWith(CLOUD_EVENT_TYPE)) return true;
  return SOURCES.includes(value.source) && typeof value['detail-type'] === 'string';
}
