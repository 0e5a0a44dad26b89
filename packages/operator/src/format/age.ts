/** How far a moment is from now. */
import { formatDuration, type Moment } from '@longshore/event';

/** `12m ago`, `just now`, `in 3h 5m`. @param now epoch milliseconds */
export function formatAge(at: Moment, now: number): string {
  const ms = new Date(at).getTime() - now;
  if (ms > 0) return `in ${formatDuration(ms)}`;
  return ms > -1_000 ? 'just now' : `${formatDuration(-ms)} ago`;
}
