/**
 * The normalized event as a receiver gets it: the registry's fields in the registry's order, what is not
 * known left out. A receiver written for the registry reads `target.repository` or `actor.name` without
 * looking whether the object is there, so the four objects always are.
 */
import type { RegistryEvent } from '@longshore/event';
import type { JsonObject } from './json.js';

/** A fresh object; only `target.references` are shared with the event. */
export function normalizedPayload({ id, timestamp, action, target, ...event }: RegistryEvent): JsonObject {
  const { mediaType, digest, size, repository, fromRepository, url, tag, references } = target;
  // `length` is the registry's older name for the size, which it still sends.
  const sizes = { size, length: size };
  return known({
    id,
    timestamp,
    action,
    target: known({ mediaType, digest, ...sizes, repository, fromRepository, url, tag, references }),
    request: { ...event.request },
    actor: { ...event.actor },
    source: { ...event.source },
  });
}

function known(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
