/**
 * Removes secrets and references from an event that is otherwise delivered as it came. Names are compared without case,
 * because a receiver written in Go reads them so. Changes the event in place and says whether it did.
 */
import { isObject, type JsonObject } from '../../json.js';
import { withoutCredentials } from '../../reference.js';

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

/** @param change what the member becomes; undefined removes it */
function changeMember(
  event: JsonObject,
  parent: string,
  member: string,
  change: (value: unknown) => unknown,
): boolean {
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
