/** The order in which tags are copied: what was pulled last first, and the side tags of an image after all images. */
import type { PlannedTag } from './plan.js';

/** A new list. Tags that were never pulled come by name, behind those that were. */
export function lastPulledFirst(tags: readonly PlannedTag[]): PlannedTag[] {
  return tags.toSorted(
    (a, b) =>
      Number(a.isSide) - Number(b.isSide) ||
      (b.pulledAt ?? '').localeCompare(a.pulledAt ?? '') ||
      nameOf(a).localeCompare(nameOf(b)),
  );
}

const nameOf = ({ repository, tag }: PlannedTag): string => `${repository}:${tag}`;
