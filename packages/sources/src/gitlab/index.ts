/**
 * GitLab's fork of the registry. Its events are the registry's, delivered as they came, with `rename` as a
 * further action, `meta.blob`, and `actor.user`: a token with which one can act as that user. It is taken
 * out before anything else happens, whatever it looks like.
 * Source: `docs/spec/gitlab/notifications.md` and `notifications/event.go` of GitLab's registry 4.32.
 */
import { distribution, openEnvelope } from '../distribution/index.js';
import { withoutActorUser } from '../distribution/without-actor-user.js';
import { at, isObject } from '../json.js';
import type { Kind, RawRequest } from '../port.js';
import { sender } from './sender.js';

/** The kind `gitlab`. */
export const gitlab: Kind = {
  kind: 'gitlab',
  sender,
  recognizes,
  open: (incoming) => openEnvelope(incoming, 'gitlab', 'any'),
  storable: (body) => withoutActorUser(body, 'any'),
};

/** What upstream has not tells it; an event of an anonymous user has nothing of the kind. */
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
