/**
 * `Retry-After` (RFC 9110 section 10.2.3): seconds, or an HTTP-date in any of its three forms.
 * Read strictly: `Date.parse` alone would take `-5` for the year 2001.
 */

/** Keeps the sum a safe number; the queue's `maxbackoff` is the real limit. */
const LONGEST_MS = 365 * 24 * 3_600_000;

const SECONDS = /^\d+(?:\.\d+)?$/;
/** IMF-fixdate, RFC 850 and asctime. */
const HTTP_DATE = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * The moment before which the receiver does not want to be asked again, in epoch milliseconds.
 * Undefined when the header is absent, cannot be read, or lies in the past.
 */
export function notBeforeOf(value: string | undefined, now: number): number | undefined {
  const wait = waitOf(value?.trim() ?? '', now);
  if (!(wait > 0)) return undefined;
  return now + Math.ceil(Math.min(wait, LONGEST_MS));
}

function waitOf(value: string, now: number): number {
  if (SECONDS.test(value)) return Number(value) * 1000;
  if (!HTTP_DATE.some((form) => form.test(value))) return Number.NaN;
  // asctime names no zone and means UTC, which `Date.parse` would take for local time
  return Date.parse(value.endsWith('GMT') ? value : `${value} GMT`) - now;
}
