/**
 * `latest: tag`: of the events with the same source, repository, tag and action, what waits is superseded by a newer
 * one. Newer is the later time of the event, and of equal ones the later arrival. An event without a tag never is.
 */
import { createHash } from 'node:crypto';
import type { Delivery } from '@longshore/event';

/** What the add of a delivery needs to know, of an endpoint with `latest: tag`. */
export interface LatestArguments {
  /** What it is about; the same for all of which one supersedes another. */
  key: string;
  /** Of the event: 20 digits, nanoseconds; their order as texts is that of the times. */
  time: string;
  eventId: string;
  /** It goes to the end even if it supersedes one that is before: the endpoint has an order. */
  toEnd?: true;
}

/** @returns undefined when it neither supersedes nor is superseded */
export function latestArguments(delivery: Delivery, isOrdered: boolean): LatestArguments | undefined {
  const { source, eventId, view } = delivery;
  const { repository, tag, action } = view;
  if (!repository || !tag) return undefined;
  const subject = JSON.stringify([source, repository, tag, action]);
  const key = createHash('sha256').update(subject).digest('base64url').slice(0, 12);
  return { key, time: timeOf(delivery), eventId, ...(isOrdered && { toEnd: true }) };
}

/** Of what is delivered, where it is RFC 3339. When there is no time that can be read, the time of receipt. */
function timeOf({ timestamp, payload, receivedAt }: Delivery): string {
  const own = payload.event?.timestamp;
  const text = typeof own === 'string' ? own : (timestamp ?? '');
  const ms = Date.parse(text);
  const time = Number.isFinite(ms) && ms > 0 ? ms : receivedAt;
  // Two pushes within a millisecond: registries write nanoseconds, which a Date does not keep.
  const fraction = time === ms ? (/:\d\d\.(\d{1,9})/.exec(text)?.[1] ?? '') : '';
  const nanoseconds = fraction.padEnd(9, '0') || '000000000';
  return fraction
    ? `${Math.floor(time / 1_000)}${nanoseconds}`.padStart(20, '0')
    : `${time}000000`.padStart(20, '0');
}
