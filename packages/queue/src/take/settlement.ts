/** From the verdict over an attempt to the arguments of the script that settles it. */
import type { Delivery, Outcome } from '@longshore/event';
import { aboutOf } from '../body/body.js';
import type { ConsumerSettings } from '../consumer.js';
import { holdDetail, settleClass } from '../hold/settle-class.js';
import { answerInWords, type Settlement, type Unreadable } from '../job.js';
import type { Verdict } from '../retry.js';
import type { Settling } from './settle-script.js';
import type { TakenJob } from './take-script.js';

/** Two looks at a deferred delivery are at least so far apart. */
const SOONEST_MS = 50;

type Move = Pick<Settling, 'to' | 'counted' | 'value' | 'stack'> & { delay?: number };

/** @param delivered how long it is kept @param token of this process */
export function settlementOf(
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
      return { to: 'delayed', counted: false, delay, value: '', stack: '' };
    }
    case 'returned':
      return { to: 'wait', counted: false, ...answered(job, verdict.outcome) };
    case 'dead':
      return { to: 'failed', counted: !verdict.uncounted, ...answered(job, verdict.outcome) };
    case 'retry': {
      const answer = answered(job, verdict.outcome);
      return { to: 'delayed', counted: !verdict.uncounted, delay: verdict.delay, ...answer };
    }
  }
}

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
