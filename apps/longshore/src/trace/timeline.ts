/** One event: what it is, how it stands, everything that happened, and what to do next. */
import { GAPS } from '@longshore/dashboard/operate';
import { printable, printableLines } from '@longshore/event';
import type { Traced, Trail, TrailGap } from '@longshore/queue/operator';
import { told } from './steps.js';
import { subject, summary } from './summary.js';
import { type View, WIDTH } from './view.js';
import { clock, counted, day, distance, moment, wrapped, zone } from './words.js';

const TIME = '  12:03:44  '.length;

/** Lines for a terminal. */
export function timeline(trail: Trail, traced: Traced, view: View): string[] {
  return [
    ...heading(trail, view),
    ...standing(trail, view),
    ...steps(trail, view),
    ...missing(trail, traced),
    ...nextSteps(trail, view),
  ];
}

function standing(trail: Trail, view: View): string[] {
  const lines = summary(trail, view);
  return lines.length === 0 ? [] : ['', ...indented(lines)];
}

function heading(trail: Trail, view: View): string[] {
  const { eventId, source, kind, receivedAt, quarantine } = trail;
  const through = source && `${source}${kind && kind !== source ? ` (${kind})` : ''}`;
  const actor = trail.steps.find((step) => step.step === 'received')?.actor;
  const by = actor ? `, by ${actor}` : '';
  const rows = [
    ['event', eventId],
    ['quarantine', quarantine?.id],
    ['digest', trail.digest],
    ['source', through && `${through}${by}`],
    [
      'received',
      receivedAt && `${moment(receivedAt)} ${zone(receivedAt)} (${distance(receivedAt, view.now)})`,
    ],
    ['reason', quarantine?.reason],
  ];
  const known = rows.flatMap(([name = '', value]) =>
    value ? [`${name.padEnd(10)}  ${printable(value)}`] : [],
  );
  return [view.paint('bold', quarantine ? 'in no form that could be read' : subject(trail)), ...known];
}

/** A line with the day where a new one begins. */
function steps(trail: Trail, view: View): string[] {
  const width = Math.min(Math.max(0, ...trail.deliveries.map(({ endpoint }) => endpoint.length)), 24);
  let today = '';
  return trail.steps.flatMap((step, place) => {
    const { endpoint, what, more } = told(step, place, trail);
    const margin = endpoint ? TIME + width + 2 : TIME;
    const name = endpoint ? `${printable(endpoint).padEnd(width)}  ` : '';
    const words = wrapped(printableLines(what), WIDTH - margin);
    // A name that is longer than its column has a line to itself.
    const [first = '', ...rest] = (endpoint?.length ?? 0) > width ? ['', ...words] : words;
    const lines = [...rest, ...more.flatMap((text) => wrapped(printableLines(text), WIDTH - margin))];
    const isNew = day(step.at) !== today;
    today = day(step.at);
    return [
      ...(isNew ? ['', view.paint('bold', `${today} ${zone(step.at)}`)] : []),
      `  ${clock(step.at)}  ${name}${first}`.trimEnd(),
      ...lines.map((line) => view.paint('dim', `${' '.repeat(margin)}${line}`)),
    ];
  });
}

function missing({ incomplete, receivedAt, steps: known }: Trail, { gaps, since }: Traced): string[] {
  if (!incomplete) return [];
  const begin = receivedAt ?? known[0]?.at ?? '';
  const within = gaps.filter(({ until }) => until >= begin);
  const older = since === undefined || begin < since;
  return [
    '',
    ...(within.length > 0
      ? within.map(gapInWords)
      : older
        ? [
            `Not all of it is known: ${since ? `the trail reaches back to ${moment(since)}` : 'the trail is empty'}.`,
          ]
        : ['Not all of it is known: entries are missing.']),
  ].flatMap((line) => wrapped(line, WIDTH));
}

/** Also for a search that found nothing. */
export const gapInWords = ({ since, until, count, why }: TrailGap): string =>
  `The trail has a gap: ${counted(count, 'entry', 'entries')} from ${moment(since)} to ${day(until) === day(since) ? clock(until) : moment(until)} ${count === 1 ? 'is' : 'are'} missing, because ${GAPS[why]}.`;

function nextSteps({ deliveries, quarantine }: Trail, { option }: View): string[] {
  const dead = deliveries.filter(({ state }) => state === 'dead');
  const lines = [
    ...dead.map(({ id, endpoint }) => `longshore dead retry ${id}${option}  # ${printable(endpoint)}`),
    ...(quarantine?.kept ? [`longshore quarantine show ${quarantine.id}${option}`] : []),
  ];
  return lines.length === 0 ? [] : ['', 'Next:', ...indented(lines)];
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
