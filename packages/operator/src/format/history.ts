/**
 * The history of an event in words: the same for `longshore trace` and the search page. Each shows times, receipts and
 * attempts in its own way. Names and texts are passed through as they came; the caller makes them safe to show.
 */
import { STATUS_CODES } from 'node:http';
import {
  type DeliveryState,
  type EventHistory,
  type GapReason,
  HISTORY_STEPS,
  type HistoryStep,
  plural,
  REASONS,
} from '@longshore/event';
import { RULES } from '@longshore/routing';

/** A step that is one sentence, without the name of its endpoint. */
type OneSentence = Exclude<HistoryStep, { step: 'received' | 'attempted' }>;
type Step<Name extends HistoryStep['step']> = Extract<HistoryStep, { step: Name }>;

/** `deleted by longshore dead drop` */
export function describeStep(step: OneSentence): string {
  switch (step.step) {
    case 'quarantined':
      return `received${describeSender(step)} and quarantined`;
    case 'unquarantined':
      return describeUnquarantined(step);
    case 'retried':
      return `${HISTORY_STEPS.retried} by ${step.by}`;
    case 'stalled':
      return HISTORY_STEPS.stalled;
    case 'settled':
      return describeSettled(step);
  }
}

/** ` from harbor at 10.0.0.7` */
export const describeSender = ({ source, remote }: { source: string; remote?: string }): string =>
  ` from ${source}${remote ? ` at ${remote}` : ''}`;

function describeUnquarantined({ outcome, by }: Step<'unquarantined'>): string {
  const actor = by ? ` by ${by}` : '';
  switch (outcome) {
    case 'replayed':
      return `retried from quarantine${actor}`;
    case 'dropped':
      return `deleted from quarantine${actor}`;
    case 'evicted':
      return 'removed: quarantine was full, and this was the oldest entry';
  }
}

function describeSettled({ outcome, rule, by, supersededBy }: Step<'settled'>): string {
  switch (outcome) {
    case 'ignored':
      return `ignored before the attempt by ${describeRule(rule ?? 'a rule')}`;
    case 'superseded':
      return `superseded by delivery ${supersededBy ?? ''}`.trimEnd();
    case 'expired':
      return 'removed from the dead-letter set by retention.dead';
    case 'dropped':
      return `deleted by ${by ?? 'an operator'}`;
    case 'dead':
      return 'dead-lettered';
  }
}

const wordsIn = (table: Readonly<Record<string, string>>, name: string): string =>
  Object.hasOwn(table, name) ? (table[name] ?? name) : name;

/** The setting that holds the rule. A rule of another version: its name. */
export const describeRule = (rule: string): string => wordsIn(RULES, rule);

/** `http_503` becomes `503 Service Unavailable`, `refused` becomes `connection refused`. Of another version: as it is. */
export function describeReason(reason: string): string {
  const [, status] = /^http_(\d+)$/.exec(reason) ?? [];
  if (status === undefined) return wordsIn(REASONS, reason);
  return `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
}

const STATES: readonly [string, readonly DeliveryState[]][] = [
  ['delivered', ['delivered']],
  ['in flight', ['active']],
  ['queued', ['waiting', 'delayed']],
  ['dead-lettered', ['dead']],
  ['ignored', ['ignored']],
  ['superseded', ['superseded']],
  ['removed', ['expired', 'dropped']],
  ['unknown', ['unknown']],
];

/** The states of an event's deliveries: `2 delivered, 1 dead-lettered` */
export function describeStates({ deliveries }: Pick<EventHistory, 'deliveries'>): string {
  const counts = STATES.flatMap(([words, states]) => {
    const count = deliveries.filter(({ state }) => states.includes(state)).length;
    return count > 0 ? [`${count} ${words}`] : [];
  });
  return counts.join(', ') || 'no endpoint takes it';
}

const GAPS: Readonly<Record<GapReason, string>> = {
  away: 'Redis was unavailable, or could not keep up with a burst of events',
  memory: 'Redis used more than 70 % of its maxmemory',
  behind: 'The archive took entries later than retention.trail keeps them',
};

/** `3 entries`; without a count where it is not known. */
export const describeMissing = (count: number): string =>
  count === 0 ? 'entries' : plural(count, 'entry', 'entries');

/** Why entries of the history are missing. */
export const describeGap = (why: GapReason): string => GAPS[why];
