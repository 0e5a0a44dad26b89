/**
 * A body as it may be kept on a disk: without the tokens of `actor.user`, with which one can act as that user, and
 * without passwords in `target.url`. Equal as JSON otherwise; one that holds neither is the same bytes.
 */
import { decodeBody } from '../../body.js';
import { exactNumbers } from '../../exact-numbers.js';
import { isObject } from '../../json.js';
import { withoutTokens } from '../../tokens.js';
import { eventsOf } from './envelope.js';
import { type ActorUser, removeSecrets } from './trim.js';

/**
 * What has no list of events is quarantined whole, so any token goes.
 * @param actorUser what is removed from `actor.user`: a token if it is one, or any value.
 */
export function withoutActorUser(bytes: Buffer, actorUser: ActorUser): Buffer {
  const body = decodeBody(bytes);
  if (body.state === 'empty') return bytes;
  if (body.state === 'unreadable' || !Array.isArray(eventsOf(body.value))) return withoutTokens(bytes);
  if (!remove(body.value, actorUser)) return bytes;
  const exact = exactNumbers(body.text);
  if (typeof exact === 'string') return withoutTokens(bytes); // quarantined whole, too
  if (exact) remove(exact.value, actorUser);
  const json = JSON.stringify(exact ? exact.value : body.value);
  return Buffer.from(exact?.restore(json) ?? json);
}

function remove(value: unknown, actorUser: ActorUser): boolean {
  const events = eventsOf(value);
  if (!Array.isArray(events)) return false;
  return events.filter((event) => isObject(event) && removeSecrets(event, actorUser)).length > 0;
}
