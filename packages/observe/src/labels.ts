/**
 * Label values from a bounded set. What comes from outside (the source in a path, an action, a reason) could
 * otherwise make a new series with every request.
 */
import { ACTIONS, IMAGE_ACTIONS, PULL_ACTIONS, REASONS, type Reason } from '@longshore/event';

/** Where a value goes that is not let in. */
const OTHER = 'other';

const KNOWN: readonly string[] = [...ACTIONS, ...IMAGE_ACTIONS, ...PULL_ACTIONS];

/** One of the four actions or of those of images, else `other`. */
export function actionLabel(action: string): string {
  return KNOWN.includes(action) ? action : OTHER;
}

/** The reasons of an attempt: one per three-digit status, and the closed list. */
export function reasonLabel(reason: Reason): string {
  return Object.hasOwn(REASONS, reason) || /^http_\d{3}$/.test(reason) ? reason : 'error';
}

/** A status of an answer of ours, 100 to 599, else `other`. */
export function statusLabel(status: number): string {
  return Number.isInteger(status) && status >= 100 && status <= 599 ? String(status) : OTHER;
}

/**
 * A set that learns: the values it was made with, and the first `room` others that have the form. The rest is
 * `other`.
 */
export function openSet(known: Iterable<string>, room: number, form = /^[\w./ -]{1,128}$/) {
  const seen = new Set(known);
  const limit = seen.size + room;
  return (value: string): string => {
    if (seen.has(value)) return value;
    if (seen.size >= limit || !form.test(value)) return OTHER;
    seen.add(value);
    return value;
  };
}
