/**
 * Finds a request at a source of the wrong kind: its own kind finds nothing of a registry in it, and another
 * one would. Without this look a typing error in the configuration would answer every push of that registry
 * with a 2xx and make nothing of it. Costs nothing for a request that comes to a registry event.
 *
 * What a kind takes and knows for its own stays, also an event that is none of the four actions: GitLab's mark is in
 * requests of the registry that it is made from, and whoever passes a request on may add another sender's headers.
 */
import { type Kind, type Opened, type RawRequest, unreadable } from './port.js';

/** `opened`, or the request as a whole for quarantine, from where it can be tried again under the right kind. */
export function unlessOfAnother(
  opened: Opened,
  kind: Kind,
  raw: RawRequest,
  value: unknown,
  kinds: readonly Kind[],
): Opened {
  const isUseful = opened.respond !== undefined || opened.taken.some(({ event }) => event.class === 'event');
  if (isUseful) return opened;
  const claim = kind.recognizes(raw, value);
  if (claim === 'perhaps' || (claim && opened.taken.length > 0)) return opened;
  // The first, as on the open path: Gitea's requests have GitHub's headers too.
  const other = kinds.find((candidate) => candidate.recognizes(raw, value) === true);
  if (!other || other === kind) return opened;
  const body = other.storable?.(raw.body) ?? raw.body;
  const reason = `it is a request of kind ${other.kind}, sent to a source of kind ${kind.kind}`;
  return unreadable({ ...raw, body }, reason);
}
