/** Each step of a trail as a line or a few: what happened, in words, and what was answered. */
import { reasonInWords, senderInWords, stepInWords } from '@longshore/dashboard/operate';
import type { Trail, TrailStep } from '@longshore/queue/operator';
import { counted, moment, span } from './words.js';

/** A step in words. */
export interface Told {
  /** Empty where it concerns no endpoint. */
  endpoint: string;
  /** In one line. */
  what: string;
  /** What else there is to say, in lines that may be long. */
  more: string[];
}

type Attempted = Extract<TrailStep, { step: 'attempted' }>;
type Received = Extract<TrailStep, { step: 'received' }>;

/** `place`: of the step in the trail. */
export function told(step: TrailStep, place: number, trail: Trail): Told {
  switch (step.step) {
    case 'received':
      return { endpoint: '', what: received(step, place, trail), more: takenLater(step) };
    case 'attempted':
      return { endpoint: step.endpoint, what: attempted(step), more: answers(step, trail) };
    case 'quarantined':
    case 'unquarantined':
      return { endpoint: '', what: stepInWords(step), more: [] };
    case 'settled':
      return { endpoint: step.endpoint, what: stepInWords(step), more: step.detail ? [step.detail] : [] };
    default:
      return { endpoint: step.endpoint, what: stepInWords(step), more: [] };
  }
}

function received(step: Received, place: number, { steps }: Trail): string {
  const again = steps.slice(0, place).some((one) => one.step === 'received') ? ' again' : '';
  const known = step.planned.filter((one) => one.known).length;
  const fresh = step.planned.length - known;
  const counts = [
    ...(fresh > 0 || known === 0 ? [counted(fresh, 'delivery', 'deliveries')] : []),
    ...(known > 0 ? [`${known} known already`] : []),
    ...(step.ignored.length > 0 ? [`${step.ignored.length} ignored`] : []),
  ];
  return `received${again}${senderInWords(step)}: ${counts.join(', ')}`;
}

const takenLater = ({ takenAt }: Received): string[] =>
  takenAt ? [`taken ${moment(takenAt)}; it was kept meanwhile`] : [];

function attempted({ attempt, outcome, reason, ms, at, retryAt }: Attempted): string {
  const answer = `${reasonInWords(reason)}, ${ms} ms`;
  if (outcome === 'delivered') return `delivered at attempt ${attempt}: ${answer}`;
  if (outcome === 'dead') return `attempt ${attempt}, the last: ${answer}; dead`;
  const next = retryAt ? `; next in ${span(new Date(retryAt).getTime() - new Date(at).getTime())}` : '';
  return `attempt ${attempt}: ${answer}${next}`;
}

/** All that was answered with the last failure, where somebody will look; before that, what differs from it. */
function answers(step: Attempted, { steps }: Trail): string[] {
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

const SHORT = 60;

function firstOf(answer: string): string {
  const [first = ''] = answer.split('\n');
  if (first.length > SHORT) return `${first.slice(0, SHORT)}…`;
  return first === answer ? first : `${first} …`;
}
