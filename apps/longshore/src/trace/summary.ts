/** How an event stands: what it is, and one line for each endpoint. */
import { reasonInWords, ruleInWords } from '@longshore/dashboard/operate';
import { printable } from '@longshore/event';
import type { Trail, TrailDelivery } from '@longshore/queue/operator';
import type { View } from './view.js';
import { clock, counted, day, distance, moment } from './words.js';

/** `push acme/app:1.0`, and the beginning of the digest where it is not told beside it. */
export function subject({ action, nativeType, repository, tag, digest }: Trail, short = false): string {
  const name = repository && `${repository}${tag ? `:${tag}` : ''}`;
  const what = [action ?? nativeType, name].filter((part) => part !== undefined).join(' ');
  const beginning = short && digest ? `  ${digest.replace(/^([^:]+:[0-9a-f]{12})[0-9a-f]+$/, '$1')}` : '';
  return printable(`${what || 'an event'}${beginning}`);
}

/** Lines without an indent. */
export function summary(trail: Trail, view: View): string[] {
  const ignored = ignoredIn(trail);
  const names = [...trail.deliveries, ...ignored].map(({ endpoint }) => endpoint);
  const width = Math.min(Math.max(0, ...names.map((name) => name.length)), 24);
  const label = (endpoint: string): string => printable(endpoint).padEnd(width);
  return [
    ...trail.deliveries.map((delivery) => `${label(delivery.endpoint)}  ${state(delivery, trail, view)}`),
    ...ignored.map(({ endpoint, rule }) => `${label(endpoint)}  ignored by ${ruleInWords(rule)}`),
  ];
}

/** The same endpoint may ignore each of several receipts. */
function ignoredIn({ steps, deliveries }: Trail): { endpoint: string; rule: string }[] {
  const ignored = steps.flatMap((step) => (step.step === 'received' ? step.ignored : []));
  const rules = new Map(ignored.map(({ endpoint, rule }) => [endpoint, rule]));
  for (const { endpoint } of deliveries) rules.delete(endpoint);
  return Array.from(rules, ([endpoint, rule]) => ({ endpoint, rule }));
}

function state(delivery: TrailDelivery, trail: Trail, view: View): string {
  const { state: name, attempts, until, settledAt, endpoint, last } = delivery;
  const since = settledAt ? ` ${when(settledAt, trail)}` : '';
  const held = view.held.get(endpoint);
  const but = held === undefined ? '' : `; ${printable(held)}`;
  switch (name) {
    case 'delivered':
      return view.paint('green', `delivered${since}${attempts > 1 ? `, at attempt ${attempts}` : ''}`);
    case 'waiting': {
      const nth = attempts > 0 ? `, ${counted(attempts, 'attempt')} so far` : '';
      return view.paint('yellow', `waits${held === undefined ? ' for a worker' : ''}${nth}${but}`);
    }
    case 'active':
      return view.paint('yellow', `on its way: attempt ${attempts + 1} is being made`);
    case 'delayed': {
      // Nobody takes what is due at an endpoint that is held.
      const next = until && new Date(until).getTime() > view.now ? whenAndIn(until, trail, view) : 'now';
      const then = next === 'now' && held !== undefined ? '' : `, next attempt ${next}`;
      return view.paint('yellow', `failed ${counted(attempts, 'time')}${then}${but}`);
    }
    case 'dead': {
      const why = last ? `: ${reasonInWords(last.reason)}` : '';
      return view.paint('red', `dead since${since}, after ${counted(attempts, 'attempt')}${why}`);
    }
    case 'ignored':
      return `ignored${since}, before it was sent, by ${ruleOf(delivery, trail)}`;
    case 'expired':
      return view.paint('red', `removed from the dead-letter set${since} by retention.dead`);
    case 'dropped':
      return view.paint('red', `dropped${since} by ${dropperOf(delivery, trail)}`);
    default:
      return 'not known: its job is gone, and nothing tells how it ended';
  }
}

/** Without the date where it is that of the receipt. */
const when = (iso: string, { receivedAt }: Trail): string =>
  receivedAt && day(receivedAt) === day(iso) ? clock(iso) : moment(iso);

const whenAndIn = (iso: string, trail: Trail, { now }: View): string =>
  `${when(iso, trail)} (${distance(iso, now)})`;

const lastStep = ({ id }: TrailDelivery, { steps }: Trail) =>
  steps.findLast((step) => step.step === 'settled' && step.deliveryId === id);

function ruleOf(delivery: TrailDelivery, trail: Trail): string {
  const step = lastStep(delivery, trail);
  return step?.step === 'settled' && step.rule ? ruleInWords(step.rule) : 'a rule of that moment';
}

function dropperOf(delivery: TrailDelivery, trail: Trail): string {
  const step = lastStep(delivery, trail);
  return step?.step === 'settled' && step.by ? printable(step.by) : 'an operator';
}
