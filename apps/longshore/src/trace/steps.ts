/** Each step of an event's history as a line or a few: what happened, and the response. */

import { type EventHistory, formatDuration, type HistoryStep, localTime, plural } from '@longshore/event';
import { describeReason, describeSender, describeStep } from '@longshore/operator/format';

/** A step as text. */
export interface StepText {
  /** Empty for a step of no endpoint. */
  endpoint: string;
  /** One line. */
  what: string;
  /** Further lines, which may be long. */
  more: string[];
}

type Attempted = Extract<HistoryStep, { step: 'attempted' }>;
type Received = Extract<HistoryStep, { step: 'received' }>;

/** One step. @param place index of the step in the history */
export function stepText(step: HistoryStep, place: number, trail: EventHistory): StepText {
  switch (step.step) {
    case 'received':
      return { endpoint: '', what: received(step, place, trail), more: enqueuedLater(step) };
    case 'attempted':
      return { endpoint: step.endpoint, what: attempted(step), more: answers(step, trail) };
    case 'quarantined':
    case 'unquarantined':
      return { endpoint: '', what: describeStep(step), more: [] };
    case 'settled':
      return { endpoint: step.endpoint, what: describeStep(step), more: step.detail ? [step.detail] : [] };
    default:
      return { endpoint: step.endpoint, what: describeStep(step), more: [] };
  }
}

function received(step: Received, place: number, { steps }: EventHistory): string {
  const again = steps.slice(0, place).some((one) => one.step === 'received') ? ' again' : '';
  const duplicates = step.planned.filter((one) => one.known).length;
  const fresh = step.planned.length - duplicates;
  const counts = [
    ...(fresh > 0 || duplicates === 0 ? [plural(fresh, 'delivery', 'deliveries')] : []),
    ...(duplicates > 0 ? [plural(duplicates, 'duplicate')] : []),
    ...(step.ignored.length > 0 ? [`${step.ignored.length} ignored`] : []),
  ];
  return `received${again}${describeSender(step)}: ${counts.join(', ')}`;
}

const enqueuedLater = ({ takenAt }: Received): string[] =>
  takenAt ? [`spooled until ${localTime(takenAt)}`] : [];

function attempted({ attempt, batch, outcome, reason, ms, at, retryAt }: Attempted): string {
  const company = batch === undefined ? '' : `, in a batch of ${batch}`;
  const answer = `${describeReason(reason)}, ${formatDuration(ms)}${company}`;
  if (outcome === 'delivered') return `delivered at attempt ${attempt}: ${answer}`;
  if (outcome === 'dead') return `attempt ${attempt} (last): ${answer}; dead-lettered`;
  const delay = retryAt === undefined ? undefined : Date.parse(String(retryAt)) - Date.parse(String(at));
  const next = delay === undefined ? '' : delay > 0 ? `; next in ${formatDuration(delay)}` : '; next now';
  return `attempt ${attempt}: ${answer}${next}`;
}

/** The whole response of the last failure; of earlier attempts only what differs from it. */
function answers(step: Attempted, { steps }: EventHistory): string[] {
  const last = steps.findLast(
    (one): one is Attempted =>
      one.step === 'attempted' && one.deliveryId === step.deliveryId && isFailure(one),
  );
  const { detail, answer = '' } = step;
  if (step === last) return [...(detail ? [detail] : []), ...quoted(answer.trim().split('\n'))];
  return [
    ...(detail && detail !== last?.detail ? [detail] : []),
    ...(answer !== last?.answer ? quoted([firstOf(answer.trim())]) : []),
  ];
}

const isFailure = ({ outcome }: Attempted): boolean => outcome !== 'delivered';

const quoted = (lines: readonly string[]): string[] =>
  lines.join('') === '' ? [] : lines.map((line) => `> ${line}`);

const MAX_LENGTH = 60;

function firstOf(answer: string): string {
  const [first = ''] = answer.split('\n');
  if (first.length > MAX_LENGTH) return `${first.slice(0, MAX_LENGTH)}…`;
  return first === answer ? first : `${first} …`;
}
