/**
 * A moment for people, in one form everywhere: `2026-11-21 12:03:44 +01:00` in the terminal, local, and
 * `2026-11-21 11:03:44 UTC` on pages, whose reader may be anywhere. Programs get ISO 8601.
 */

/** Epoch milliseconds, or what `Date` parses. */
export type Moment = number | string;

const two = (number: number): string => String(number).padStart(2, '0');

/** Local, as `2026-11-21`. */
export function localDay(at: Moment): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Local, as `12:03:44`. */
export function localClock(at: Moment): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `+01:00`, or `UTC`: what the local times of that moment are in. */
export function localZone(at: Moment): string {
  const minutes = -new Date(at).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
}

/** Local, as `2026-11-21 12:03:44 +01:00`. */
export const localTime = (at: Moment): string => `${localDay(at)} ${localClock(at)} ${localZone(at)}`;

/** `2026-11-21 11:03:44 UTC` */
export const utcTime = (at: Moment): string =>
  `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
