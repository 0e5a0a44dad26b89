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

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
