/**
 * CloudEvents 1.0 of any sender, over HTTP in all three modes. What a type means and where in the event its
 * repository is can be set; unless it is, the usual names are tried. Kinds whose sender is known by the type
 * (Harbor, zot, Event Grid, ECR) are asked first.
 * Source: cloudevents/spec, `spec.md`, `bindings/http-protocol-binding.md` and `http-webhook.md`.
 */
import {
  CE_HEADERS,
  CE_ID_HEADERS,
  type CloudEvent,
  cloudEventsHandshake,
  cloudEventsOf,
  modeOf,
} from '../../cloud-events.js';
import type { Kind } from '../../kind.js';
import { readCloudEvent } from './read.js';

/** The kind `cloudevents`. */
export const cloudevents: Kind<CloudEvent> = {
  kind: 'cloudevents',
  sender: {
    onFailure: 'gives-up',
    words:
      'The specification asks senders to retry on 429 and 503; whether this one does, and for how long, only its own manual says.',
    advice:
      'Let it retry for as long as it can. If it keeps its events until they are accepted, set `spool: never` at the source.',
  },
  headers: CE_HEADERS,
  idHeaders: CE_ID_HEADERS,
  options: ['host', 'types', 'fields'],
  recognizes: (raw, value) => modeOf(raw, value) !== undefined && 'perhaps',
  list: cloudEventsOf,
  read: readCloudEvent,
  handshake: cloudEventsHandshake,
  // Binary mode may hold everything in its headers.
  bodiless: (raw) => modeOf(raw, undefined) === 'binary',
};
