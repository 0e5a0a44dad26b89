/** One event: its name, the state of its deliveries, every step, and the next commands. */

import {
  type EventHistory,
  type HistoryAnswer,
  type HistoryGap,
  localClock,
  localDay,
  localTime,
  localZone,
  printable,
  printableLines,
} from '@longshore/event';
import { describeGap, describeMissing, formatAge } from '@longshore/operator/format';
import { wrap } from '@longshore/operator/terminal';
import { stepText } from './steps.js';
import { subject, summary } from './summary.js';
import { type View, WIDTH } from './view.js';

const STEP_INDENT = '  12:03:44  '.length;

/** Lines for a terminal. */
export function timeline(trail: EventHistory, traced: HistoryAnswer, view: View): string[] {
  return [
    ...heading(trail, view),
    ...states(trail, view),
    ...steps(trail, view),
    ...missing(trail, traced),
    ...nextSteps(trail, view),
  ];
}

function states(trail: EventHistory, view: View): string[] {
  const lines = summary(trail, view);
  return lines.length === 0 ? [] : ['', ...indented(lines)];
}

function heading(trail: EventHistory, view: View): string[] {
  const { eventId, source, kind, receivedAt, quarantine } = trail;
  const through = source && `${source}${kind && kind !== source ? ` (${kind})` : ''}`;
  const actor = trail.steps.find((step) => step.step === 'received')?.actor;
  const by = actor ? `, by ${actor}` : '';
  const rows = [
    ['event', eventId],
    ['quarantine', quarantine?.id],
    ['digest', trail.digest],
    ['source', through && `${through}${by}`],
    ['received', receivedAt && `${localTime(receivedAt)} (${formatAge(receivedAt, view.now)})`],
    ['reason', quarantine?.reason],
  ];
  const known = rows.flatMap(([name = '', value]) =>
    value ? [`${name.padEnd(10)}  ${printable(value)}`] : [],
  );
  return [view.paint('bold', quarantine ? 'request that could not be parsed' : subject(trail)), ...known];
}

/** One step after the other, with a line for each day. */
function steps(trail: EventHistory, view: View): string[] {
  const width = Math.min(Math.max(0, ...trail.deliveries.map(({ endpoint }) => endpoint.length)), 24);
  let today = '';
  return trail.steps.flatMap((step, place) => {
    const { endpoint, what, more } = stepText(step, place, trail);
    const margin = endpoint ? STEP_INDENT + width + 2 : STEP_INDENT;
    const name = endpoint ? `${printable(endpoint).padEnd(width)}  ` : '';
    const words = wrap(printableLines(what), WIDTH - margin);
    // A name that is longer than its column gets its own line.
    const [first = '', ...rest] = (endpoint?.length ?? 0) > width ? ['', ...words] : words;
    const lines = [...rest, ...more.flatMap((text) => wrap(printableLines(text), WIDTH - margin))];
    const isNew = localDay(step.at) !== today;
    today = localDay(step.at);
    return [
      ...(isNew ? ['', view.paint('bold', `${today} ${localZone(step.at)}`)] : []),
      `  ${localClock(step.at)}  ${name}${first}`.trimEnd(),
      ...lines.map((line) => view.paint('dim', `${' '.repeat(margin)}${line}`)),
    ];
  });
}

function missing(
  { incomplete, receivedAt, steps: known }: EventHistory,
  { gaps, since }: HistoryAnswer,
): string[] {
  if (!incomplete) return [];
  const begin = receivedAt ?? known[0]?.at ?? '';
  const within = gaps.filter(({ until }) => until >= begin);
  const older = since === undefined || begin < since;
  return [
    '',
    ...(within.length > 0
      ? within.map(describeGapOf)
      : older
        ? [`Incomplete: ${since ? `the history starts at ${localTime(since)}` : 'the history is empty'}.`]
        : ['Incomplete: entries are missing.']),
  ].flatMap((line) => wrap(line, WIDTH));
}

/** Entries that are missing, when and why; also for a search that found nothing. */
export const describeGapOf = ({ since, until, count, why }: HistoryGap): string =>
  `Gap in the history: ${describeMissing(count)} from ${localTime(since)} to ${localDay(until) === localDay(since) ? localClock(until) : localTime(until)} missing. ${describeGap(why)}.`;

function nextSteps({ deliveries, quarantine }: EventHistory, { option }: View): string[] {
  const dead = deliveries.filter(({ state }) => state === 'dead');
  const lines = [
    ...dead.flatMap(({ id, endpoint, last }) =>
      // A retry would meet the same stored data.
      (last?.reason === 'undecodable' ? ['show', 'drop'] : ['retry']).map(
        (action) => `longshore dead ${action} ${id}${option}  # ${printable(endpoint)}`,
      ),
    ),
    ...(quarantine?.kept ? [`longshore quarantine show ${quarantine.id}${option}`] : []),
  ];
  return lines.length === 0 ? [] : ['', 'Next:', ...indented(lines)];
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
