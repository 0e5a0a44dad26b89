import type { GapEntry } from '@longshore/event';

/** Times in which entries were discarded, each reported once: several processes note them repeatedly. */

/** Nearer than this they are one: a gap that continues is noted every few seconds. */
const MERGE_WITHIN_MS = 30_000;

/** Newest first. Pure. */
export function mergeGaps(noted: readonly GapEntry[]): GapEntry[] {
  const merged: GapEntry[] = [];
  for (const gap of noted.toSorted((a, b) => a.since - b.since)) {
    const last = merged.findLast(({ why }) => why === gap.why);
    if (last && gap.since <= last.at + MERGE_WITHIN_MS) {
      last.at = Math.max(last.at, gap.at);
      last.count += gap.count;
    } else merged.push({ ...gap });
  }
  return merged.sort((a, b) => b.at - a.at);
}
