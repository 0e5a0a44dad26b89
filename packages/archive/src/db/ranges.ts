/** The time that a partition holds: a month or a day of UTC. Times are epoch milliseconds. */

/** As in `archive.partition`. */
export type PartitionWidth = 'month' | 'day';

/** From `since`, included, to `until`, not included. */
export interface Range {
  since: number;
  until: number;
}

/** The month or day that a moment is in. */
export function rangeAt(time: number, width: PartitionWidth): Range {
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const day = date.getUTCDate();
  return width === 'month'
    ? { since: Date.UTC(year, month), until: Date.UTC(year, month + 1) }
    : { since: Date.UTC(year, month, day), until: Date.UTC(year, month, day + 1) };
}

/**
 * What is missing for a moment. Where an operator has changed the width, a month that has days already gets the day
 * alone: ranges of partitions must not overlap.
 */
export function missingRange(
  time: number,
  width: PartitionWidth,
  existing: readonly Range[],
): Range | undefined {
  if (existing.some(({ since, until }) => since <= time && time < until)) return undefined;
  const range = rangeAt(time, width);
  const isTaken = existing.some(({ since, until }) => since < range.until && range.since < until);
  return isTaken ? rangeAt(time, 'day') : range;
}

/** The end of the name of a partition: `2026_11`, or `2026_11_30`. */
export function suffixOf({ since, until }: Range): string {
  const text = new Date(since).toISOString().slice(0, 10).replaceAll('-', '_');
  return until - since > 86_400_000 ? text.slice(0, 7) : text;
}
