/** What was taken for one request, until there is a verdict over each delivery of it. Never rejects. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Delivery, ignore, type Outcome } from '@longshore/event';
import { newGroup, readGroup } from '../batch/group.js';
import { takenDelivery } from '../body/taken.js';
import type { RedisClient } from '../connection.js';
import type { ConsumerOptions, TakenAttempt, TakenMember } from '../consumer.js';
import type { Unreadable } from '../job.js';
import { queueKey } from '../names.js';
import type { Verdict } from '../retry.js';
import type { Unsettled } from '../unsettled.js';
import { noteProgress } from './locks.js';
import type { TakenJob } from './take-script.js';

/** Between two tries to read a body while Redis is in trouble. */
const TRY_AGAIN_MS = 1_000;

/** Whose attempt it is. */
export interface AttemptParts {
  client: RedisClient;
  prefix: string;
  token: string;
  options: Pick<ConsumerOptions, 'endpoint' | 'handle' | 'handleBatch' | 'unreadable' | 'onError'>;
  unsettled: Unsettled;
  /** Aborts when the grace period is over. */
  signal: AbortSignal;
}

/** What is to be settled. */
export interface Judged {
  verdict: Verdict;
  delivery?: Delivery | Unreadable;
}

/** A delivery that is to be attempted, and its place in the request. */
interface Member extends TakenMember {
  index: number;
}

/**
 * For each job of a request, in their order: undefined when it is not this process's any more, or when it stops before
 * Redis has answered. What is unreadable, or was attempted before, is left out of the request.
 */
export async function attempt(
  parts: AttemptParts,
  jobs: readonly TakenJob[],
): Promise<(Judged | undefined)[]> {
  const judged = await Promise.all(jobs.map((job) => beforehand(parts, job)));
  const members = judged.flatMap((one, index): Member[] => {
    const job = jobs[index];
    if (!job || !one || 'verdict' in one) return [];
    return [{ delivery: one.delivery, taken: takenAttempt(parts, job), index }];
  });
  const verdicts = await verdictsOn(parts, members, jobs[0]);
  for (const [nth, { delivery, index }] of members.entries()) {
    judged[index] = { verdict: verdicts[nth] ?? { settle: 'released' }, delivery };
  }
  return judged.map((one) => (one && 'verdict' in one ? one : undefined));
}

/** The delivery, with a verdict where it is not to be attempted. */
async function beforehand(
  parts: AttemptParts,
  job: TakenJob,
): Promise<Judged | { delivery: Delivery } | undefined> {
  const delivery = await read(parts, job);
  if (!delivery) return undefined;
  const known = parts.unsettled.recall(job);
  if (known) return { verdict: known, delivery };
  if (!('fault' in delivery)) return { delivery };
  const { id, attemptsMade } = job;
  return { verdict: parts.options.unreadable({ ...delivery, id, attempts: attemptsMade }), delivery };
}

async function verdictsOn(
  { options }: AttemptParts,
  members: readonly Member[],
  first: TakenJob | undefined,
): Promise<readonly Verdict[]> {
  const { handle, handleBatch } = options;
  const group = readGroup(first?.group ?? '');
  try {
    if (members.length > 0 && first?.request && handleBatch) return await handleBatch({ members, group });
    return await Promise.all(members.map(({ delivery, taken }) => handle(delivery, taken)));
  } catch (error) {
    const fault = asError(error);
    options.onError(fault);
    const outcome: Outcome = { kind: 'retry', reason: 'error', detail: fault.message };
    const retry: Verdict = {
      settle: 'retry',
      outcome,
      delay: TRY_AGAIN_MS,
      retryAt: Date.now() + TRY_AGAIN_MS,
    };
    const again = members.length > 1 ? newGroup(group?.stage ?? 'first') : undefined;
    return members.map(() => ({ ...retry, ...(again && { group: again }) }));
  }
}

function takenAttempt({ client, prefix, options, signal }: AttemptParts, job: TakenJob): TakenAttempt {
  const { id, attemptsMade, started, flag, trace } = job;
  return {
    ...{ id, number: attemptsMade + 1, started, signal },
    probe: flag === 'probe',
    revived: flag === 'revived',
    ...(trace && { trace }),
    progress(value) {
      void noteProgress(client, queueKey(prefix, options.endpoint, id), value).catch(
        ignore('queue.progress'),
      );
    },
  };
}

async function read(
  { client, prefix, token, options, signal }: AttemptParts,
  job: TakenJob,
): Promise<Delivery | Unreadable | undefined> {
  const { endpoint, onError } = options;
  for (;;) {
    try {
      return await takenDelivery(client, { job, token, endpoint, prefix });
    } catch (error) {
      onError(asError(error));
    }
    // Nothing was attempted, and the lock is renewed meanwhile. An abort ends the pause.
    await pause(TRY_AGAIN_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return undefined;
  }
}

/** Whatever was thrown. */
export const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
