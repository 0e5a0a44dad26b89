/**
 * The commit points: a manifest or index that is pushed with a tag. The registry accepts it only when all that it
 * refers to is there, so from then on the image is complete.
 */
import { between, pusherOf } from './order.js';
import type { RawEvent, Reported } from './types.js';

/** Pushes of one digest by one client, each with another tag. */
export interface Root {
  first: RawEvent;
  events: RawEvent[];
  tags: string[];
  sources: string[];
}

/** Two sources of one registry report the same push within this. */
const SAME_PUSH_MS = 60_000;

/** @param pushes with a tag, in order @param settle milliseconds */
export function rootsOf(pushes: readonly RawEvent[], settle: number): Root[] {
  const roots: Root[] = [];
  for (const event of pushes) {
    // After another digest got the tag, the first one gets it again: that is another push.
    const since = Math.max(
      0,
      roots.findLastIndex(({ tags }) => event.tag !== undefined && tags.includes(event.tag)),
    );
    const own = roots.slice(since).find((root) => belongs(event, root, settle));
    if (own) add(own, event);
    else roots.push(add({ first: event, events: [], tags: [], sources: [] }, event));
  }
  return roots;
}

function add(root: Root, event: RawEvent): Root {
  root.events.push(event);
  if (event.tag !== undefined && !root.tags.includes(event.tag)) root.tags.push(event.tag);
  if (!root.sources.includes(event.source)) root.sources.push(event.source);
  return root;
}

function belongs(event: RawEvent, { first, tags, sources }: Root, settle: number): boolean {
  if (event.digest === undefined || event.digest !== first.digest) return false;
  if (pusherOf(event) === pusherOf(first)) return between(first.at, event.at) <= settle;
  return isSamePush(event, { at: first.at, digest: first.digest, tags, sources });
}

/** Does a source report what another source of the registry reported? */
export function isSamePush(event: RawEvent, reported: Omit<Reported, 'id'>): boolean {
  return (
    event.digest === reported.digest &&
    event.tag !== undefined &&
    reported.tags.includes(event.tag) &&
    !reported.sources.includes(event.source) &&
    Math.abs(between(reported.at, event.at)) <= SAME_PUSH_MS
  );
}
