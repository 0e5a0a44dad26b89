/**
 * What Event Grid puts around an event. Its own schema says `eventType`, `eventTime` and `topic` where
 * CloudEvents say `type`, `time` and `source`; `data` is the same. For the registry it holds the event that
 * the registry's own webhooks send, with an id of its own.
 */

import { isObject, textAt } from '../../json.js';
import type { Reading } from '../../kind.js';
import { missing } from '../../normalize.js';
import { readAcrEvent } from '../acr/event.js';

const REGISTRY = 'Microsoft.ContainerRegistry.';
const EVENT_GRID = 'Microsoft.EventGrid.';
const VALIDATION = `${EVENT_GRID}SubscriptionValidationEvent`;

const ACTIONS = new Map([
  [`${REGISTRY}ImagePushed`, 'push'],
  [`${REGISTRY}ImageDeleted`, 'delete'],
  [`${REGISTRY}ChartPushed`, 'push'],
  [`${REGISTRY}ChartDeleted`, 'delete'],
]);

/** The event's type, in whichever schema. */
function typeOf(envelope: unknown): string | undefined {
  return textAt(envelope, 'eventType') ?? textAt(envelope, 'type');
}

/** Is it an envelope around something of the registry's or of Event Grid itself? */
export function isFromAzure(envelope: unknown): boolean {
  const type = typeOf(envelope);
  return type !== undefined && (type.startsWith(REGISTRY) || type.startsWith(EVENT_GRID));
}

/** One envelope, unchecked. */
export function readEnvelope(envelope: unknown): Reading {
  if (!isObject(envelope)) return { refused: 'the event is not an object' };
  const type = typeOf(envelope);
  if (!type) return { refused: missing('the type', envelope.eventType ?? envelope.type) };
  if (type.startsWith(EVENT_GRID)) {
    const code = type === VALIDATION ? textAt(envelope, 'data', 'validationCode') : undefined;
    const respond = code && { respond: { status: 200, body: { validationResponse: code } } };
    return { ignored: 'an event about the subscription is none of a registry', ...respond };
  }
  const { id, data } = envelope;
  const timestamp = envelope.eventTime ?? envelope.time;
  if (!type.startsWith(REGISTRY)) return { event: { id, timestamp, action: type } };
  if (!isObject(data)) return { refused: missing('data', data, 'an object') };
  return readAcrEvent(data, { id, timestamp, action: ACTIONS.get(type) ?? type, nativeType: type });
}
