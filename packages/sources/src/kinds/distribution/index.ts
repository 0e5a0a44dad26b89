/**
 * CNCF Distribution (`registry` 2.x and 3.x) and everything that writes its envelope: Harbor's preheat
 * driver "Kraken" with capitalised keys, and the forms of 2015 that documentation still shows.
 * Source: `notifications/{event,bridge,http}.go` of distribution 2.8.3 and 3.1.1.
 */
import type { Kind } from '../../kind.js';
import { eventsMediaType, isEnvelope } from './envelope.js';
import { type Entry, entriesOf, readEvent } from './event.js';
import { withoutActorUser } from './trim.js';

/** The kind `distribution`. */
export const distribution: Kind<Entry> = {
  kind: 'distribution',
  sender: {
    onFailure: 'retries-for-ever',
    words:
      'The registry keeps events in memory, in order, and retries the first one forever: `threshold` times at once, then once per `backoff`. Nothing is lost unless the registry restarts, which empties its queue.',
    advice:
      'Set `timeout: 5s`, `threshold: 5` and `backoff: 1s`, each with its unit, and do not restart the registry while it has events pending.',
  },
  /** By the registry's media type; without it by a list of events, which an empty object does not have. */
  recognizes: (raw, value) => eventsMediaType(raw) !== undefined || isEnvelope(value),
  list: entriesOf,
  read: readEvent,
  storable: (body) => withoutActorUser(body, 'token'),
};
