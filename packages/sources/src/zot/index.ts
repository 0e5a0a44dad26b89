/**
 * zot's events extension: CloudEvents over HTTP in binary mode, or in structured mode as zot sends them over
 * NATS. Only changes of manifests are told, one event per tag; nothing of pulls and blobs.
 * Source: zot `pkg/extensions/events`, `test/blackbox/events_*.bats`.
 */
import { type CloudEvent, cloudEventType, decodeCloudEvents, dedupeKey } from '../cloudevents/decode.js';
import { at, textAt } from '../json.js';
import { openMessages, type Reading } from '../message.js';
import { type Incoming, type Kind, type Opened, unreadable } from '../port.js';
import { sender } from './sender.js';

/** The kind `zot`. */
export const zot: Kind = {
  kind: 'zot',
  sender,
  options: ['host'],
  recognizes: (raw, value) => cloudEventType(raw, value)?.startsWith(PREFIX) === true,
  open,
};

const PREFIX = 'zotregistry.';
const ACTIONS = new Map([
  [`${PREFIX}image.updated`, 'push'],
  [`${PREFIX}image.deleted`, 'delete'],
]);

function open(incoming: Incoming): Opened {
  const { raw, value, options } = incoming;
  const events = decodeCloudEvents(raw, value);
  if (events === undefined) return unreadable(raw, 'the request holds no CloudEvent');
  if (events.length === 0) return { taken: [], quarantined: [], note: 'the batch has no events' };
  const messages = events.map((event) => ({ ...event, reading: read(event, options.host) }));
  return openMessages(incoming, zot.kind, messages);
}

function read({ attributes, data }: CloudEvent, host: string | undefined): Reading {
  const { id, source, type, time } = attributes;
  if (type === undefined) return { refused: 'type is missing' };
  if (id === undefined) return { refused: 'id is missing' };
  const manifest = textAt(data, 'manifest');
  return {
    dedupe: dedupeKey(source, id),
    event: {
      id,
      timestamp: time,
      action: ACTIONS.get(type) ?? type,
      nativeType: type,
      repository: at(data, 'name'),
      // A tag, or a digest where there is none.
      tag: at(data, 'reference'),
      digest: at(data, 'digest'),
      mediaType: at(data, 'mediaType'),
      size: manifest && Buffer.byteLength(manifest),
      actor: at(data, 'actor', 'name'),
      addr: at(data, 'request', 'addr'),
      method: at(data, 'request', 'method'),
      useragent: at(data, 'request', 'useragent'),
      host,
    },
  };
}
