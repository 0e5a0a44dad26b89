/**
 * The verdict on each member of a batch after one request. Pure, as `judge` is.
 *
 * The receiver gives one answer for all members, so a failure does not say which of them caused it. A failure by an
 * outage reason retries the batch as it is. After any other failure the same members are sent once more, and then in
 * halves, each failed half in halves again, until one event is alone: only then the failure is its own. A 413 is
 * halved at once. No event dies in company: a failure at `threshold` in company counts as no attempt, and leads to
 * the next halving, whatever its reason (an event may well be what makes the receiver reset the connection). Only
 * the receiver's refusal of everything (410) ends all members together.
 */
import { type Outcome, troubleOf } from '@longshore/event';
import { type AttemptVerdict, type BatchStage, judge, type RetryPolicy, retryDelay } from '../retry.js';
import { newGroup } from './group.js';

/** A batch as it was sent. */
export interface SentBatch {
  /** For each member the number of the attempt that was made, from 1. */
  attempts: readonly number[];
  stage: BatchStage;
}

/** What the verdict depends on beside the batch and the answer. */
export interface BatchRules {
  policy: RetryPolicy;
  /**
   * A failure by an outage reason counts as no attempt, however long the outage is. So often the members were attempted,
   * this time included.
   */
  started?: number | undefined;
  /**
   * The receiver has accepted something since this batch failed before: what it rejects is the members. The halves
   * are then retried after the first delay of the timetable, so that one event delays its companions little.
   */
  isAccepting?: boolean;
  /** Deliveries keep their order: the second half waits for its turn behind the first. */
  isOrdered?: boolean;
  /** Epoch milliseconds. */
  now?: number;
  /** 0 ≤ n < 1 */
  random?: number;
}

/** The receiver says that the request is too large: sending it again as it is has no chance. */
const TOO_LARGE = 413;

/** One verdict for each member, in their order. */
export function judgeBatch(batch: SentBatch, outcome: Outcome, rules: BatchRules): AttemptVerdict[] {
  const { attempts } = batch;
  const { policy, started, now = Date.now() } = rules;
  if (outcome.kind === 'delivered') return attempts.map(() => ({ settle: 'delivered', outcome }));
  if (attempts.length === 1) {
    const alone = started === undefined ? {} : { started };
    return attempts.map((attempt) => judge(policy, attempt, outcome, now, alone));
  }
  if (outcome.kind === 'dead') return attempts.map(() => ({ settle: 'dead', outcome }));
  return retryTogether(batch, outcome, rules);
}

type Failure = Extract<Outcome, { kind: 'retry' }>;

function retryTogether(batch: SentBatch, outcome: Failure, rules: BatchRules): AttemptVerdict[] {
  const { attempts, stage } = batch;
  const { policy, started, isOrdered, now = Date.now() } = rules;
  const isOutage = troubleOf(outcome.reason) === 'outage';
  const isOutageFree = isOutage && started !== undefined;
  const isAsItIs = isOutage && (isOutageFree || attempts.some((attempt) => attempt < policy.threshold));
  const isHalved = !isAsItIs && (stage === 'again' || outcome.status === TOO_LARGE);
  const first = isHalved ? Math.ceil(attempts.length / 2) : attempts.length;
  const groups = [newGroup(isAsItIs ? stage : 'again', now), newGroup('again', now)] as const;
  const failed = isOutageFree ? started : Math.max(...attempts);
  const delay = delayOf(failed, outcome, rules, isHalved);
  return attempts.map((attempt, i) => {
    const group = groups[i < first ? 0 : 1];
    const isFree = attempt >= policy.threshold || isOutageFree;
    return {
      ...{ settle: 'retry', outcome, delay, retryAt: now + delay, group },
      ...(isFree && { uncounted: true }),
      ...(isOrdered && i >= first && { behind: true }),
    };
  });
}

/** All members have the same: they come back together. */
function delayOf(
  failed: number,
  outcome: Failure,
  { policy, isAccepting, now = Date.now(), random }: BatchRules,
  isHalved: boolean,
): number {
  if (isHalved && outcome.status === TOO_LARGE) return 1;
  return retryDelay(policy, isHalved && isAccepting ? 1 : failed, outcome.notBefore, now, random);
}
