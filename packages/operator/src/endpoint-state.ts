/** What an endpoint is doing, for people: the same sentence on the pages, in the API and on the command line. */
import { formatDuration, OWN_TROUBLES, type OwnTrouble, plural, utcTime } from '@longshore/event';
import type { Hold } from '@longshore/queue/hold';
import {
  type EndpointPulse,
  type EndpointStateName,
  type EndpointSwitches,
  stateOf,
} from '@longshore/queue/pulse';
import { formatAge } from './format/age.js';
import { describeReason } from './format/history.js';

/** What an endpoint is doing. */
export interface EndpointState {
  name: EndpointStateName;
  /** One line without the endpoint's name: `failing since 2026-11-21 03:00:00 UTC (12m), 31 failed attempts`. */
  words: string;
}

/** @param now epoch milliseconds */
export function endpointState(pulse: EndpointPulse, settings: EndpointSwitches, now: number): EndpointState {
  const name = stateOf(pulse, settings, now);
  return { name, words: describe(name, pulse, settings, now) };
}

function describe(
  name: EndpointStateName,
  pulse: EndpointPulse,
  settings: EndpointSwitches,
  now: number,
): string {
  const { waiting, active, delayed, dead, failingSince = now, failures, hold, lastDeliveredAt = 0 } = pulse;
  const undelivered = plural(waiting + active + delayed, 'delivery', 'deliveries');
  switch (name) {
    case 'removed':
      return `not in the configuration; ${undelivered} and ${plural(dead, 'dead letter')} are kept: add the endpoint again to deliver them`;
    case 'disabled':
      return `disabled; ${undelivered} kept`;
    case 'paused':
      return `paused ${settings?.paused ? 'in the configuration' : 'by an operator'}; ${undelivered} queued`;
    case 'held':
      return hold ? heldWords(hold, waiting + delayed, now) : name;
    case 'recovering':
      return `recovering from a hold that began ${formatAge(hold?.since ?? now, now)}; ${plural(waiting + delayed, 'delivery', 'deliveries')} to go${hold?.revived ? `, ${plural(hold.revived, 'dead letter')} revived` : ''}`;
    case 'failing': {
      const since = `${utcTime(failingSince)} (${formatDuration(now - failingSince)})`;
      return `failing since ${since}, ${plural(failures, 'failed attempt')}`;
    }
    case 'backing off':
      return `backing off after ${plural(failures, 'failed attempt')}; ${delayed} delayed`;
    case 'delivering':
      return 'delivering';
    case 'idle':
      return lastDeliveredAt > 0
        ? `idle: backlog empty, last delivery ${formatDuration(now - lastDeliveredAt)} ago`
        : 'idle: backlog empty';
  }
}

/** `held since …: 503 Service Unavailable, next probe in 30s; 100 deliveries are kept`. */
function heldWords(hold: Hold, kept: number, now: number): string {
  const { since, reason, probeAt, until = 0, own } = hold;
  if (own) return ownWords(own, hold, kept, now);
  const asked = until > now ? `, the receiver asked for a pause until ${utcTime(until)}` : '';
  // The later of both counts.
  const next =
    asked || probeAt === undefined ? '' : `, next probe ${probeAt > now ? formatAge(probeAt, now) : 'now'}`;
  return `held since ${utcTime(since)} (${formatDuration(now - since)}): ${describeReason(reason)}${asked}${next}; ${plural(kept, 'delivery is', 'deliveries are')} kept and delivered when the receiver answers again`;
}

/** What an operator does about it. */
const NEXT_STEPS: Readonly<Record<OwnTrouble, string>> = {
  proxy: 'repair the proxy, or correct the endpoint’s `proxy`',
  token: 'check the token endpoint, and the endpoint’s `auth.oauth2`',
  descriptors: 'raise the limit of open files of the worker (`ulimit -n`)',
  archive: 'start PostgreSQL, or correct `archive.url`',
  package: 'install it where the worker runs',
};

/** `waiting since …: PostgreSQL of the archive is unavailable (connect ECONNREFUSED), next try in 2s; …`. */
function ownWords(own: OwnTrouble, { since, detail, probeAt }: Hold, kept: number, now: number): string {
  const why = `${OWN_TROUBLES[own]}${detail ? ` (${detail})` : ''}`;
  const next = `next try ${probeAt !== undefined && probeAt > now ? formatAge(probeAt, now) : 'now'}`;
  return `waiting since ${utcTime(since)} (${formatDuration(now - since)}): ${why}, ${next}; ${plural(kept, 'delivery is', 'deliveries are')} kept, without an attempt; ${NEXT_STEPS[own]}`;
}

const MINUTE_MS = 60_000;
/** A rate is that of so many minutes. */
const RATE_MINUTES = 5;

/** Deliveries a minute that succeeded, over the last five whole minutes. */
export function deliveryRate({ minutes }: Pick<EndpointPulse, 'minutes'>, now: number): number {
  const until = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const recent = minutes.filter(({ at }) => at < until && at >= until - RATE_MINUTES * MINUTE_MS);
  return recent.reduce((sum, { delivered }) => sum + delivered, 0) / RATE_MINUTES;
}
