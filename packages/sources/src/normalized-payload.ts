/**
 * The normalized event as a receiver gets it: the registry's fields in the registry's order, what is not
 * known left out. A receiver written for the registry reads `target.repository` or `actor.name` without
 * looking whether the object is there, so the four objects always are.
 */
import type { RegistryEvent } from '@longshore/event';
import type { JsonObject } from './json.js';

/** RFC 3339, which is all that a receiver written in Go reads: Java's `+0000` breaks the whole event there. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** A fresh object; only `target.references` are shared with the event. */
export function normalizedPayload({ id, action, target, ...event }: RegistryEvent): JsonObject {
  const { mediaType, digest, size, repository, fromRepository, url, tag, references } = target;
  // `length` is the registry's older name for the size, which it still sends.
  const sizes = { size, length: size };
  const asSent = event.timestamp !== undefined && RFC_3339.test(event.timestamp);
  return known({
    id,
    timestamp: asSent && event.time ? event.timestamp : event.time,
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
