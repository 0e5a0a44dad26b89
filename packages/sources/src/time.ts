/**
 * A sender's timestamp into ISO 8601 UTC with milliseconds. Only what names its zone is read: a time without
 * one would be guessed. The year 1 is Go's zero time, which stands for "not set".
 */

/** Seconds may have a fraction of any usual length, the offset may lack its colon (Java's `+0000`). */
const ZONED = /^(?!000)\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:?\d\d)$/;

/** Undefined when the text is no date of the calendar with a time and a zone. */
export function isoTime(text: string): string | undefined {
  if (!ZONED.test(text)) return undefined;
  const day = Number(text.slice(8, 10));
  if (day > 28 && day > daysInMonth(Number(text.slice(0, 4)), Number(text.slice(5, 7)))) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

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

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
