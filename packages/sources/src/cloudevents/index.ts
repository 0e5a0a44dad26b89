/**
 * CloudEvents 1.0 of any sender, over HTTP in all three modes. What a type means and where in the event its
 * repository is can be set; unless it is, the usual names are tried. Kinds whose sender is known by the type
 * (Harbor, zot, Event Grid, ECR) are asked first.
 * Source: cloudevents/spec, `spec.md`, `bindings/http-protocol-binding.md` and `http-webhook.md`.
 */
import { type Message, openMessages } from '../message.js';
import { type Incoming, type Kind, type Opened, unreadable } from '../port.js';
import { cloudEventsHandshake } from '../webhook-handshake.js';
import { decodeCloudEvents, modeOf } from './decode.js';
import { readCloudEvent } from './read.js';
import { sender } from './sender.js';

/** The kind `cloudevents`. */
export const cloudevents: Kind = {
  kind: 'cloudevents',
  sender,
  options: ['host', 'types', 'fields'],
  recognizes: (raw, value) => modeOf(raw, value) !== undefined && 'perhaps',
  open,
  handshake: cloudEventsHandshake,
  // Binary mode may say all in its headers.
  bodiless: (raw) => modeOf(raw, undefined) === 'binary',
};

function open(incoming: Incoming): Opened {
  const { raw, value, options } = incoming;
  const events = decodeCloudEvents(raw, value);
  if (events === undefined) return unreadable(raw, 'the request holds no CloudEvent');
  if (events.length === 0) return { taken: [], quarantined: [], note: 'the batch has no events' };
  const messages = events.map((event): Message => {
    return { reading: readCloudEvent(event, event.find(value), options), body: event.body, find: event.find };
  });
  return openMessages(incoming, cloudevents.kind, messages);
}
