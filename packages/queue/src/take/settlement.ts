/** From the verdict over an attempt to the arguments of the script that settles it. */
import type { Delivery, Outcome } from '@longshore/event';
import { storedGroup } from '../batch/group.js';
import { aboutOf } from '../body/body.js';
import type { ConsumerSettings } from '../consumer.js';
import { holdDetail, settleClass } from '../hold/settle-class.js';
import { answerInWords, type Settlement, type Unreadable } from '../job.js';
import type { RetryGroup, Verdict } from '../retry.js';
import type { Judged } from './attempt.js';
import type { Settling } from './settle-script.js';
import type { TakenJob } from './take-script.js';

/** Two looks at a deferred delivery are at least so far apart. */
const SOONEST_MS = 50;

type Move = Pick<Settling, 'to' | 'counted' | 'value' | 'stack' | 'delay' | 'group' | 'behind'>;

/**
 * The settlements of what has ended, in the order in which they are written: what goes back to the head of the waiting
 * ones comes last, and from the last to the first, so that it keeps its order there. The hold counts one answer of the
 * receiver: of those that went out `together` one settlement, else each.
 */
export function settlementsOf(
  request: readonly { job: TakenJob; judged: Judged }[],
  consumer: Pick<ConsumerSettings, 'delivered'> & { token: string },
  went: 'together' | 'alone',
): Settling[] {
  const all = request.map(({ job, judged }) => settlementOf(job, judged.verdict, judged.delivery, consumer));
  const isAhead = ({ to, behind }: Settling): boolean => to === 'wait' || behind === true;
  const teller = all.find((one) => one.class !== 'none') ?? all[0];
  const ordered = [...all.filter((one) => !isAhead(one)), ...all.filter(isAhead).reverse()];
  return ordered.map((one) => (went === 'alone' || one === teller ? { ...one, tells: true } : one));
}

/** @param delivered how long it is kept @param token of this process */
function settlementOf(
  job: TakenJob,
  verdict: Verdict,
  delivery: Delivery | Unreadable | undefined,
  { delivered, token }: Pick<ConsumerSettings, 'delivered'> & { token: string },
): Settling {
  const move = moveOf(job, verdict, delivery);
  return {
    ...{ id: job.id, token, started: job.started, ...move },
    // BullMQ counts ages in seconds.
    ...(move.to === 'completed' && {
      keep: { age: Math.ceil(delivered.age / 1_000), count: delivered.count },
    }),
    tells: false,
    class: settleClass(verdict),
    probe: job.flag === 'probe',
    detail: holdDetail(verdict),
  };
}

function moveOf(job: TakenJob, verdict: Verdict, delivery: Delivery | Unreadable | undefined): Move {
  switch (verdict.settle) {
    case 'delivered':
      return finished({ settled: 'delivered' }, delivery);
    case 'ignored':
      return finished({ settled: `ignored: ${verdict.rule}` }, delivery);
    case 'released':
      return { to: 'wait', counted: false, value: '', stack: '' };
    case 'deferred': {
      const delay = Math.max(Math.ceil(verdict.until - Date.now()), SOONEST_MS);
      return { to: 'delayed', counted: false, delay, value: '', stack: '', ...grouped(verdict) };
    }
    case 'returned':
      return { to: 'wait', counted: false, ...answered(job, verdict.outcome) };
    case 'dead':
      return { to: 'failed', counted: !verdict.uncounted, ...answered(job, verdict.outcome) };
    case 'retry': {
      const answer = answered(job, verdict.outcome);
      const { uncounted, delay, behind } = verdict;
      return {
        ...{ to: 'delayed', counted: !uncounted, delay, ...answer },
        ...grouped(verdict),
        ...(behind && { behind }),
      };
    }
  }
}

const grouped = ({ group }: { group?: RetryGroup }) => (group ? { group: storedGroup(group) } : {});

function finished(settlement: Settlement, delivery: Delivery | Unreadable | undefined): Move {
  const about = delivery && !('fault' in delivery) ? aboutOf(delivery) : undefined;
  return { to: 'completed', counted: true, value: JSON.stringify({ ...settlement, about }), stack: '' };
}

/** The answer is kept as BullMQ keeps the trace of an error: in the same write that moves the job. */
function answered(job: TakenJob, outcome: Outcome): { value: string; stack: string } {
  const { kind: _kind, ...answer } = outcome;
  const last = { attempt: job.attemptsMade + 1, at: new Date().toISOString(), ...answer };
  return { value: answerInWords(answer), stack: JSON.stringify([JSON.stringify(last)]) };
}
