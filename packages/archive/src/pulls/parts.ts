/** What a client has to fetch for an image, and what of it came. */
import { isIndex } from '../images/artifacts.js';
import type { RawEvent, Reference } from '../images/types.js';
import type { PullPart, PullScene, Session } from './types.js';

/** A layer that is fetched from its vendor, not from the registry. */
const FOREIGN = /foreign|nondistributable/;

/** Is it a manifest that has layers, and no list of manifests? */
export const isLeaf = ({ target, digest = '', mediaType }: RawEvent, { manifests }: PullScene): boolean =>
  target !== 'index' && !isIndex(manifests.get(digest) ?? { mediaType });

/** Undefined where it is not known what the manifest lists. */
export function partsOf(session: Session, scene: PullScene): PullPart[] | undefined {
  const parts = new Map<string, PullPart>();
  for (const image of session.images) {
    const references = scene.manifests.get(image)?.references;
    if (!references) return undefined;
    for (const [place, reference] of references.entries()) {
      if (FOREIGN.test(reference.mediaType ?? '')) continue;
      if (!parts.has(reference.digest)) parts.set(reference.digest, partOf(reference, place, session, scene));
    }
  }
  return [...parts.values()];
}

function partOf(
  { digest, size }: Reference,
  place: number,
  { blobs, client, events }: Session,
  scene: PullScene,
): PullPart {
  const gets = blobs.get(digest);
  const earlier = scene.seenAt(client, digest);
  const [first, last] = [gets?.[0], gets?.at(-1)];
  const known = size ?? first?.size;
  const written = gets && writtenOf(gets, scene);
  const isEarlier = earlier !== undefined && earlier < (events[0]?.at ?? '');
  return {
    digest,
    ...(known !== undefined && { size: known }),
    ...(place === 0 && { config: true as const }),
    state: gets ? (isShort(written, known) ? 'interrupted' : 'seen') : isEarlier ? 'earlier' : 'missing',
    ...(first && last && { startedAt: first.at, at: last.at }),
    ...(written !== undefined && { written }),
    ...(isRanged(gets, scene) && { ranged: true as const }),
  };
}

const isShort = (written: number | undefined, size: number | undefined): boolean =>
  written !== undefined && size !== undefined && written < size;

/**
 * Bytes of a blob that went out: those of the best whole request, and of all ranges. Undefined while the log is
 * silent about one of its requests, or where the storage served it.
 */
export function writtenOf(gets: readonly RawEvent[], { log }: PullScene): number | undefined {
  let [whole, ranges] = [0, 0];
  for (const { requestId } of gets) {
    const line = log.get(requestId ?? '');
    if (!line || isRedirect(line.status)) return undefined;
    if (line.status === 206) ranges += line.written;
    else whole = Math.max(whole, line.written);
  }
  return whole + ranges;
}

/** Was it fetched in parts? Then it is short until the last of them. */
const isRanged = (gets: readonly RawEvent[] | undefined, { log }: PullScene): boolean =>
  gets?.some(({ requestId }) => log.get(requestId ?? '')?.status === 206) ?? false;

/** Is the answer the address of a storage or CDN? */
export const isRedirect = (status: number): boolean => status >= 300 && status < 400 && status !== 304;

/** Layers that have not come and are not known to be there. */
export const outstandingOf = (session: Session, scene: PullScene): PullPart[] | undefined =>
  partsOf(session, scene)?.filter(({ state }) => state === 'missing');

/** Has every layer come, now or earlier? */
export function isComplete(session: Session, scene: PullScene): boolean {
  if (session.images.size === 0) return false;
  const parts = partsOf(session, scene);
  return parts?.every(({ state, config }) => config || state === 'seen' || state === 'earlier') ?? false;
}
