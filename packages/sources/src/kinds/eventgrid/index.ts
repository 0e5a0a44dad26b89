/**
 * Azure Event Grid, for the events of Azure Container Registry: in Event Grid's own schema or as
 * CloudEvents, one at a time or as a list. A new subscription is validated first: in the own schema by a
 * code that the answer has to hold, as CloudEvents by an OPTIONS request. The URL that comes with the code
 * is never fetched. Event Grid's own schema says `eventType` and `eventTime` where CloudEvents say `type` and `time`;
 * `data` is the event that the registry's own webhooks send, with an id of its own.
 * Source: Microsoft's "Azure Container Registry as an Event Grid source" and "Endpoint validation".
 */
import { CE_HEADERS, cloudEventsHandshake, structuredForm } from '../../cloud-events.js';
import { isObject, textAt } from '../../json.js';
import type { Incoming, Kind, Listed, Message, Reading } from '../../kind.js';
import { missing } from '../../normalize.js';
import { messagesOf } from '../../open-body.js';
import { headerOf, type RawRequest } from '../../request.js';
import { readAcrEvent } from '../acr/index.js';

/** Event Grid's own headers. Its keys (`aeg-sas-key`, `aeg-sas-token`) are not among them. */
const OWN_HEADERS = ['aeg-event-type', 'aeg-subscription-name'];

/** The kind `eventgrid`. */
export const eventgrid: Kind = {
  kind: 'eventgrid',
  sender: {
    onFailure: 'retries',
    words:
      'Event Grid waits 30 seconds for an answer and retries after 10 s, 30 s, 1 min, 5 min … 12 h, for 24 hours or 30 times. It does not retry after 400, 401, 403 or 413.',
    advice: 'Set `--deadletter-endpoint`, so that events survive a wrong token or a day’s outage.',
  },
  ...CE_HEADERS,
  headers: [...CE_HEADERS.headers, ...OWN_HEADERS],
  recognizes,
  list,
  read: ({ value }) => readEnvelope(value),
  handshake: cloudEventsHandshake,
};

function recognizes(raw: RawRequest, value: unknown): boolean {
  const isAnnounced = OWN_HEADERS.some((name) => headerOf(raw, name));
  return isAnnounced || isFromAzure(Array.isArray(value) ? value[0] : structuredForm(raw, value));
}

function list({ raw, value: body }: Incoming): Listed<Message> {
  const value = structuredForm(raw, body);
  if (!Array.isArray(value) && !isObject(value))
    return { refused: 'the body is neither an object nor a list' };
  const envelopes = Array.isArray(value) ? value : [value];
  return messagesOf(envelopes, 'the list has no events', (envelope, index) => ({
    value: envelope,
    find: (root) => (Array.isArray(root) ? root[index] : structuredForm(raw, root)),
    ...(envelopes.length > 1 && { body: () => Buffer.from(JSON.stringify([envelope])) }),
  }));
}

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
function isFromAzure(envelope: unknown): boolean {
  const type = typeOf(envelope);
  return type !== undefined && (type.startsWith(REGISTRY) || type.startsWith(EVENT_GRID));
}

/** One envelope, unchecked. */
function readEnvelope(envelope: unknown): Reading {
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
