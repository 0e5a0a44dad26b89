/**
 * Finds a request at a source of the wrong kind: the source's kind finds no registry event in it, and another kind
 * would. Without this check a typing error in the configuration would answer every push of that registry
 * with a 2xx and deliver nothing. Costs nothing for a request with a registry event.
 *
 * What a kind takes and recognizes stays, also an event that is none of the four actions: GitLab's mark is in
 * requests of the registry that it is made from, and a proxy may add another sender's headers.
 */
import { formType } from './form.js';
import type { Kind, Opened } from './kind.js';
import { unreadable } from './open-body.js';
import type { RawRequest } from './request.js';

/** `opened`, or the request as a whole for quarantine, from where it can be tried again under the right kind. */
export function unlessOfAnother(
  opened: Opened,
  kind: Kind,
  raw: RawRequest,
  value: unknown,
  kinds: readonly Kind[],
): Opened {
  if (opened.respond || opened.taken.some(({ event }) => event.class === 'event')) return opened;
  const own = kind.recognizes(raw, value);
  if (own === 'perhaps' || (own && opened.taken.length > 0)) return opened;
  // The first, as on the shared path: Gitea's requests have GitHub's headers too.
  const sure = kinds.find((candidate) => candidate.recognizes(raw, value) === true);
  // One that is not sure counts only if none is sure: the source's kind has taken nothing and does not recognize it.
  const isStray = !own && opened.taken.length === 0;
  const other = sure ?? (isStray ? kinds.find((candidate) => candidate.recognizes(raw, value)) : undefined);
  return other && other !== kind ? ofAnother(other, kind, raw) : opened;
}

type Lookup = (kind: Kind | undefined, raw: RawRequest, kinds: readonly Kind[]) => Opened | undefined;

/** A request without a body that holds everything for another kind in its headers; undefined for any other. */
export const bodilessOfAnother: Lookup = (kind, raw, kinds) => {
  const other = kind && kinds.find((candidate) => candidate.bodiless?.(raw));
  return other && ofAnother(other, kind, raw);
};

/** A form at a source whose sender posts none, which by its headers is one of another kind’s. */
export const formOfAnother: Lookup = (kind, raw, kinds) => {
  if (!kind || kind.form || formType(raw.headers) === undefined) return undefined;
  const other = kinds.find((candidate) => candidate.form && candidate.recognizes(raw, undefined) === true);
  return other && ofAnother(other, kind, raw);
};

function ofAnother(other: Kind, kind: Kind, raw: RawRequest): Opened {
  const body = other.storable?.(raw.body) ?? raw.body;
  const reason = `it is a request of kind ${other.kind}, sent to a source of kind ${kind.kind}`;
  return unreadable({ ...raw, body }, reason);
}
