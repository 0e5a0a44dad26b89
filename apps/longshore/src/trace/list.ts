/** Several events that a search found, newest first; and the answer when it found none. */

import { type EventHistory, type HistoryAnswer, localTime, plural, printable } from '@longshore/event';
import { describeStates } from '@longshore/operator/format';
import { TIME_WIDTH, wrap } from '@longshore/operator/terminal';
import { subject } from './summary.js';
import { describeGapOf } from './timeline.js';
import { type View, WIDTH } from './view.js';

const MARGIN = ' '.repeat(TIME_WIDTH + 2);

/** Lines for a terminal. */
export function list({ trails, more }: HistoryAnswer, view: View): string[] {
  const count = plural(trails.length, 'event');
  const rest = more
    ? [`For more: --limit ${Math.min(100, trails.length * 5)}, or search by tag, digest or --endpoint.`]
    : [];
  return [
    view.paint('bold', `${count}, newest first${more ? '; there are more' : ''}`),
    ...trails.flatMap((trail) => entry(trail, view)),
    '',
    `Details of one: longshore trace EVENT${view.option}`,
    ...rest,
  ];
}

function entry(trail: EventHistory, view: View): string[] {
  const { receivedAt, steps, eventId, quarantine } = trail;
  const at = receivedAt ?? steps[0]?.at;
  const [first = '', ...others] = wrap(subject(trail, true), WIDTH - MARGIN.length);
  return [
    '',
    `${(at ? localTime(at) : '').padEnd(MARGIN.length)}${first}`,
    ...[...others, states(trail)].map((line) => `${MARGIN}${line}`),
    view.paint('dim', `${MARGIN}${printable(eventId ?? quarantine?.id ?? '')}`),
  ];
}

const states = (trail: EventHistory): string =>
  trail.quarantine ? `in quarantine: ${printable(trail.quarantine.reason)}` : describeStates(trail);

/** What was searched and where, how far back that reaches, and what to try. */
export function nothing({ search, understood, since, gaps }: HistoryAnswer, { option }: View): string[] {
  const reach = since
    ? `The history starts at ${localTime(since)}; older events are found by event or delivery id while their deliveries are kept.`
    : 'The history is empty.';
  const lines = [
    `longshore: no events found for ${printable(search)}`,
    `Searched history, deliveries and quarantine by ${understood.join(', ')}.`,
    reach,
    ...gaps.map(describeGapOf),
    'Next: check the log of ingest for `event refused`, and the registry’s log for failed notifications;',
    `or search for the repository alone: longshore trace REPOSITORY${option}`,
  ];
  return lines.flatMap((line) => wrap(printable(line), WIDTH));
}
