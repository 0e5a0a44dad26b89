/** The summary of an event: its name, and the state of its delivery to each endpoint. */

import {
  type EventHistory,
  eventName,
  type HistoryDelivery,
  localClock,
  localDay,
  localTime,
  plural,
  printable,
  shortDigest,
} from '@longshore/event';
import { describeReason, describeRule, formatAge } from '@longshore/operator/format';
import type { View } from './view.js';

/** `push acme/app:1.0`. @param short with the beginning of the digest, where no line of its own shows it */
export function subject(
  { action, nativeType, repository, tag, digest }: EventHistory,
  short = false,
): string {
  const name = eventName({ action: action ?? nativeType, repository, tag });
  return printable(`${name || 'unknown event'}${short && digest ? `  ${shortDigest(digest)}` : ''}`);
}

/** One line for each endpoint, without an indent. */
export function summary(trail: EventHistory, view: View): string[] {
  const ignored = ignoredIn(trail);
  const names = [...trail.deliveries, ...ignored].map(({ endpoint }) => endpoint);
  const width = Math.min(Math.max(0, ...names.map((name) => name.length)), 24);
  const label = (endpoint: string): string => printable(endpoint).padEnd(width);
  return [
    ...trail.deliveries.map((delivery) => `${label(delivery.endpoint)}  ${state(delivery, trail, view)}`),
    ...ignored.map(({ endpoint, rule }) => `${label(endpoint)}  ignored by ${describeRule(rule)}`),
  ];
}

/** One line, even when the endpoint ignored each of several receipts. */
function ignoredIn({ steps, deliveries }: EventHistory): { endpoint: string; rule: string }[] {
  const ignored = steps.flatMap((step) => (step.step === 'received' ? step.ignored : []));
  const rules = new Map(ignored.map(({ endpoint, rule }) => [endpoint, rule]));
  for (const { endpoint } of deliveries) rules.delete(endpoint);
  return Array.from(rules, ([endpoint, rule]) => ({ endpoint, rule }));
}

function state(delivery: HistoryDelivery, trail: EventHistory, view: View): string {
  const { state: name, attempts, until, settledAt, endpoint, last } = delivery;
  const since = settledAt ? ` ${when(settledAt, trail)}` : '';
  const blocked = view.blocked.get(endpoint);
  const why = blocked === undefined ? '' : `; endpoint ${printable(blocked)}`;
  switch (name) {
    case 'delivered':
      return view.paint('green', `delivered${since}${attempts > 1 ? `, at attempt ${attempts}` : ''}`);
    case 'waiting': {
      const made = attempts > 0 ? `, ${plural(attempts, 'attempt')} so far` : '';
      return view.paint('yellow', `queued${made}${why}`);
    }
    case 'active':
      return view.paint('yellow', `in flight: attempt ${attempts + 1}`);
    case 'delayed': {
      // Nothing is attempted at an endpoint that is blocked.
      const next = until && new Date(until).getTime() > view.now ? whenAndIn(until, trail, view) : 'now';
      const then = next === 'now' && blocked !== undefined ? '' : `, next attempt ${next}`;
      return view.paint('yellow', `failed ${plural(attempts, 'time')}${then}${why}`);
    }
    case 'dead': {
      const reason = last ? `: ${describeReason(last.reason)}` : '';
      return view.paint('red', `dead-lettered${since} after ${plural(attempts, 'attempt')}${reason}`);
    }
    case 'ignored':
      return `ignored${since} before the attempt by ${ruleOf(delivery, trail)}`;
    case 'superseded':
      return `superseded${since} by delivery ${delivery.supersededBy ?? ''}`.trimEnd();
    case 'expired':
      return view.paint('red', `removed from the dead-letter set${since} by retention.dead`);
    case 'dropped':
      return view.paint('red', `deleted${since} by ${deletedBy(delivery, trail)}`);
    default:
      return 'unknown: its job was removed, and its history is missing';
  }
}

/** Without the date when it is that of the receipt. */
const when = (iso: string, { receivedAt }: EventHistory): string =>
  receivedAt && localDay(receivedAt) === localDay(iso) ? localClock(iso) : localTime(iso);

const whenAndIn = (iso: string, trail: EventHistory, { now }: View): string =>
  `${when(iso, trail)} (${formatAge(iso, now)})`;

const lastStep = ({ id }: HistoryDelivery, { steps }: EventHistory) =>
  steps.findLast((step) => step.step === 'settled' && step.deliveryId === id);

function ruleOf(delivery: HistoryDelivery, trail: EventHistory): string {
  const step = lastStep(delivery, trail);
  return step?.step === 'settled' && step.rule ? describeRule(step.rule) : 'a rule';
}

function deletedBy(delivery: HistoryDelivery, trail: EventHistory): string {
  const step = lastStep(delivery, trail);
  return step?.step === 'settled' && step.by ? printable(step.by) : 'an operator';
}
