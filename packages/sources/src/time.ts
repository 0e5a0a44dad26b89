/** Times of senders that are no ISO 8601 text, and the minute that stands in for a time. */

/** Seconds since 1970, with or without a fraction. Undefined for what is no number, zero, or beyond the year 9999. */
export function isoSeconds(seconds: unknown): string | undefined {
  if (typeof seconds !== 'number' || !(seconds > 0 && seconds < 253_402_300_800)) return undefined;
  return new Date(Math.floor(seconds * 1000)).toISOString();
}

/**
 * Part of the id of an event whose sender gives it neither an id nor a time: what is sent again within the
 * minute is the same event. A longer window would swallow a tag that is pushed twice a day. A retry that is received
 * in the next minute of the clock is another event.
 * @param receivedAt epoch milliseconds
 */
export function minuteOf(receivedAt: number): number {
  return Math.floor(receivedAt / 60_000);
}
