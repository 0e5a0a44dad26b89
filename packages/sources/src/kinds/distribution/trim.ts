/**
 * Removes secrets and references from an event that is otherwise delivered as it came. Names are compared without case,
 * because a receiver written in Go reads them so. Changes the event in place and says whether it did.
 */
import { decodeBody } from '../../body.js';
import { exactNumbers } from '../../exact-numbers.js';
import { isObject, type JsonObject } from '../../json.js';
import { withoutCredentials } from '../../reference.js';
import { withoutTokens } from '../../tokens.js';
import { eventsOf } from './envelope.js';

/** A signed or encrypted token (RFC 7515, 7516) in its compact form: base64url of `{"`, then dots. */
const TOKEN = /^eyJ[\w-]*(?:\.[\w-]*){2,4}$/;

/**
 * GitLab's fork of the registry puts a token into `actor.user`, with which one can act as that user. It is
 * sent in the registry's own envelope, so it is removed here, whatever kind the source has. A registry whose
 * own address was configured with a user and password has them in every `target.url`.
 */
export function removeSecrets(event: JsonObject, actorUser: ActorUser): boolean {
  const isToken = (value: unknown) => typeof value === 'string' && TOKEN.test(value);
  const removed = changeMember(event, 'actor', 'user', (value) =>
    actorUser === 'any' || isToken(value) ? undefined : value,
  );
  const bared = changeMember(event, 'target', 'url', (value) =>
    typeof value === 'string' ? withoutCredentials(value) : value,
  );
  return removed || bared;
}

/** What is removed from `actor.user`: a token, or any value, where it is known to hold nothing else. */
export type ActorUser = 'token' | 'any';

/** `target.references`: the manifest's layers, which can make an event a thousand times larger. */
export function removeReferences(event: JsonObject): boolean {
  return changeMember(event, 'target', 'references', () => undefined);
}

/**
 * A body as it may be kept on a disk: without the tokens of `actor.user` and the passwords in `target.url`. Equal as
 * JSON otherwise; one that holds neither is the same bytes. One without a list of events loses any token.
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

type Change = (value: unknown) => unknown;

/** @param change what the member becomes; undefined removes it */
function changeMember(event: JsonObject, parent: string, member: string, change: Change): boolean {
  let changed = false;
  for (const outer in event) {
    const object = isNamed(outer, parent) ? event[outer] : undefined;
    if (!isObject(object)) continue;
    for (const inner in object) {
      if (!isNamed(inner, member)) continue;
      const next = change(object[inner]);
      if (next === object[inner]) continue;
      if (next === undefined) delete object[inner];
      else object[inner] = next;
      changed = true;
    }
  }
  return changed;
}

function isNamed(key: string, name: string): boolean {
  return key === name || (key.length === name.length && key.toLowerCase() === name);
}
