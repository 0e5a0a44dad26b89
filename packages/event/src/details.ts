/** What events of class `image` and `pull` have beside the facts of every event, by the names in the event itself. */
import type { EventClass } from './event.js';

/**
 * The details by their types. Sizes are bytes, `duration` is milliseconds, `platforms` are names as `linux/arm64`.
 * `type` of an attached artifact is a word of CEL, so a filter could not name it.
 */
export const DETAILS = {
  text: [
    ...(['state', 'evidence', 'platform', 'session', 'layer', 'method', 'uri'] as const),
    ...(['artifact', 'subject', 'from', 'to', 'previousDigest', 'userAgent', 'addr'] as const),
  ],
  count: [
    ...(['expectedBytes', 'transferredBytes', 'duration', 'clients', 'layers', 'layersPulled'] as const),
    ...(['layersCached', 'events', 'status', 'pushedBytes', 'mountedBytes', 'reusedBytes'] as const),
    'attestations',
  ],
  flag: ['unchanged', 'firstSeen', 'late', 'corrected'],
  texts: ['tags', 'platforms', 'changedPlatforms'],
} as const;

type Kinds = { text: string; count: number; flag: boolean; texts: readonly string[] };
type DetailsOf<Kind extends keyof Kinds> = { [N in (typeof DETAILS)[Kind][number]]?: Kinds[Kind] };

/** See the header. What the event does not have is absent. */
export type Details = DetailsOf<'text'> & DetailsOf<'count'> & DetailsOf<'flag'> & DetailsOf<'texts'>;

/** Undefined for events of other classes. @param sent gives what is delivered */
export function detailsOf(eventClass: EventClass, sent: () => Record<string, unknown>): Details | undefined {
  if (eventClass !== 'image' && eventClass !== 'pull') return undefined;
  const values = sent();
  const found: Record<string, unknown> = {};
  for (const name of DETAILS.text) if (typeof values[name] === 'string') found[name] = values[name];
  for (const name of DETAILS.count) if (Number.isSafeInteger(values[name])) found[name] = values[name];
  for (const name of DETAILS.flag) if (typeof values[name] === 'boolean') found[name] = values[name];
  for (const name of DETAILS.texts) {
    const list = values[name];
    if (Array.isArray(list)) found[name] = list.flatMap(nameOf);
  }
  return found;
}

/** Of a tag, or of an item of `platforms`, whose platform may not be known. */
function nameOf(item: unknown): string[] {
  const name: unknown =
    typeof item === 'object' && item !== null && 'platform' in item ? item.platform : item;
  return typeof name === 'string' ? [name] : [];
}
