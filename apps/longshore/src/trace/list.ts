/** Several events that a search found, newest first; and what to say when it found none. */
import { standingInWords } from '@longshore/dashboard/operate';
import { printable } from '@longshore/event';
import type { Traced, Trail } from '@longshore/queue/operator';
import { subject } from './summary.js';
import { gapInWords } from './timeline.js';
import { type View, WIDTH } from './view.js';
import { counted, moment, TIME_WIDTH, wrapped } from './words.js';

const MARGIN = ' '.repeat(TIME_WIDTH + 2);

/** Lines for a terminal. */
export function list({ trails, more }: Traced, view: View): string[] {
  const count = more ? `The ${trails.length} newest of more events` : counted(trails.length, 'event');
  const rest = more
    ? [`Others: --limit ${Math.min(100, trails.length * 5)}, a tag, a digest, or --endpoint.`]
    : [];
  return [
    view.paint('bold', `${count}, newest first`),
    ...trails.flatMap((trail) => entry(trail, view)),
    '',
    `One of them: longshore trace EVENT${view.option}`,
    ...rest,
  ];
}

function entry(trail: Trail, view: View): string[] {
  const { receivedAt, steps, eventId, quarantine } = trail;
  const at = receivedAt ?? steps[0]?.at;
  const [first = '', ...others] = wrapped(subject(trail, true), WIDTH - MARGIN.length);
  return [
    '',
    `${(at ? moment(at) : '').padEnd(MARGIN.length)}${first}`,
    ...[...others, standing(trail)].map((line) => `${MARGIN}${line}`),
    view.paint('dim', `${MARGIN}${printable(eventId ?? quarantine?.id ?? '')}`),
  ];
}

const standing = (trail: Trail): string =>
  trail.quarantine ? `in quarantine: ${printable(trail.quarantine.reason)}` : standingInWords(trail);

/** What was looked for and where, how far back that reaches, and what to try. */
export function nothing({ search, understood, since, gaps }: Traced, { option }: View): string[] {
  const reach = since
    ? `The trail reaches back to ${moment(since)}; older events are found by event or delivery id, while their deliveries are kept.`
    : 'The trail is empty.';
  const lines = [
    `longshore: nothing is known of ${printable(search)}`,
    `Searched as ${understood.join(', ')}: in the trail, among the deliveries, in quarantine.`,
    reach,
    ...gaps.map(gapInWords),
    'Next: `event refused` in the log of ingest; the registry’s own log, whether it sent anything;',
    `or the repository alone: longshore trace REPOSITORY${option}`,
  ];
  return lines.flatMap((line) => wrapped(printable(line), WIDTH));
}
