/**
 * zot's events extension: CloudEvents over HTTP in binary mode, or in structured mode as zot sends them over
 * NATS. It reports changes of manifests only, one event per tag; no pulls and no blobs.
 * Source: zot `pkg/extensions/events`, `test/blackbox/events_*.bats`.
 */
import { CE_HEADERS, type CloudEvent, cloudEventsOf, cloudEventType, dedupeKey } from '../../cloud-events.js';
import { at, textAt } from '../../json.js';
import type { Incoming, Kind, Reading } from '../../kind.js';

const PREFIX = 'zotregistry.';
const ACTIONS = new Map([
  [`${PREFIX}image.updated`, 'push'],
  [`${PREFIX}image.deleted`, 'delete'],
]);

/** The kind `zot`. */
export const zot: Kind<CloudEvent> = {
  kind: 'zot',
  sender: {
    onFailure: 'never-retries',
    words: 'zot does not retry, and sends each event from its own goroutine, so the order is not kept.',
    advice: 'Set `timeout`: without it zot before 2.1.19 delivers nothing.',
  },
  ...CE_HEADERS,
  options: ['host'],
  recognizes: (raw, value) => cloudEventType(raw, value)?.startsWith(PREFIX) === true,
  list: cloudEventsOf,
  read,
};

function read({ attributes, data }: CloudEvent, { options }: Incoming): Reading {
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
      host: options.host,
    },
  };
}
