/**
 * Azure Event Grid, for the events of Azure Container Registry: in Event Grid's own schema or as
 * CloudEvents, one at a time or as a list. A new subscription is validated first: in the own schema by a
 * code that the answer has to hold, as CloudEvents by an OPTIONS request. The URL that comes with the code
 * is never fetched.
 * Source: Microsoft's "Azure Container Registry as an Event Grid source" and "Endpoint validation".
 */
import { structuredForm } from '../cloudevents/decode.js';
import { isObject, writeJson } from '../json.js';
import { headerOf, type Message, openMessages } from '../message.js';
import { type Incoming, type Kind, type Opened, type RawRequest, unreadable } from '../port.js';
import { cloudEventsHandshake } from '../webhook-handshake.js';
import { isFromAzure, readEnvelope, validationCodeOf } from './envelope.js';
import { sender } from './sender.js';

/** The kind `eventgrid`. */
export const eventgrid: Kind = {
  kind: 'eventgrid',
  sender,
  recognizes,
  open,
  handshake: cloudEventsHandshake,
};

function recognizes(raw: RawRequest, value: unknown): boolean {
  const isAnnounced = ['aeg-event-type', 'aeg-subscription-name'].some((name) => headerOf(raw, name));
  return isAnnounced || isFromAzure(Array.isArray(value) ? value[0] : structuredForm(raw, value));
}

function open(incoming: Incoming): Opened {
  const { raw } = incoming;
  const value = structuredForm(raw, incoming.value);
  if (!Array.isArray(value) && !isObject(value)) {
    return unreadable(raw, 'the body is neither an object nor a list');
  }
  const envelopes = Array.isArray(value) ? value : [value];
  if (envelopes.length === 0) return { taken: [], quarantined: [], note: 'the list has no events' };

  const messages = envelopes.map((envelope, index): Message => {
    const body = envelopes.length === 1 ? raw.body : Buffer.from(`[${writeJson(envelope)}]`);
    const find = (root: unknown) => (Array.isArray(root) ? root[index] : structuredForm(raw, root));
    return { reading: readEnvelope(envelope), body, find };
  });
  const opened = openMessages(incoming, eventgrid.kind, messages);
  const code = envelopes.map(validationCodeOf).find((candidate) => candidate !== undefined);
  return code === undefined
    ? opened
    : { ...opened, respond: { status: 200, body: { validationResponse: code } } };
}
