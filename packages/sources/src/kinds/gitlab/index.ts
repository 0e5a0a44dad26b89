/**
 * GitLab's fork of the registry. Its events are the registry's, delivered as they came, with `rename` as a
 * further action, `meta.blob`, and `actor.user`: a token with which one can act as that user. It is removed before
 * anything else happens, whatever its form.
 * Source: `docs/spec/gitlab/notifications.md` and `notifications/event.go` of GitLab's registry 4.32.
 */
import { at, isObject } from '../../json.js';
import type { Kind } from '../../kind.js';
import type { RawRequest } from '../../request.js';
import { type Entry, entriesOf, readEvent } from '../distribution/event.js';
import { distribution } from '../distribution/index.js';
import { withoutActorUser } from '../distribution/trim.js';

/** The kind `gitlab`. */
export const gitlab: Kind<Entry> = {
  kind: 'gitlab',
  sender: {
    onFailure: 'retries',
    words:
      'GitLab’s registry retries an event after `backoff`, half as long again each time, at most `maxretries` times (10), and then drops it. Its queue holds 3000 events (`queuesizelimit`) and drops what comes after them.',
    advice:
      'Raise `maxretries` until the delays add up to your longest outage, or set `spool: always` at the source.',
  },
  recognizes,
  list: entriesOf,
  read: (entry, incoming) => readEvent(entry, incoming, 'any'),
  storable: (body) => withoutActorUser(body, 'any'),
};

/** By what upstream does not have; an event of an anonymous user has nothing of the kind. */
function recognizes(raw: RawRequest, value: unknown): boolean | 'perhaps' {
  const events = at(value, 'events');
  const isMarked = Array.isArray(events) && events.slice(0, 100).some(isOfTheFork);
  return isMarked || (distribution.recognizes(raw, value) !== false && 'perhaps');
}

function isOfTheFork(event: unknown): boolean {
  const actor = at(event, 'actor');
  const isMarked = isObject(actor) && ('user_type' in actor || 'user' in actor);
  return isMarked || at(event, 'target', 'rename') !== undefined || at(event, 'meta', 'blob') !== undefined;
}
