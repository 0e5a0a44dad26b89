/** One taken job, until there is a verdict over it. Never rejects. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Delivery, ignore, type Outcome } from '@longshore/event';
import { takenDelivery } from '../body/taken.js';
import type { RedisClient } from '../connection.js';
import type { ConsumerOptions } from '../consumer.js';
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
  options: Pick<ConsumerOptions, 'endpoint' | 'handle' | 'unreadable' | 'onError'>;
  unsettled: Unsettled;
  /** Aborts when the grace period is over. */
  signal: AbortSignal;
}

/** What is to be settled. */
export interface Judged {
  verdict: Verdict;
  delivery?: Delivery | Unreadable;
}

/** @returns undefined when the job is not this process's any more, or when it stops before Redis has answered */
export async function attempt(parts: AttemptParts, job: TakenJob): Promise<Judged | undefined> {
  const delivery = await read(parts, job);
  if (!delivery) return undefined;
  const { options, unsettled } = parts;
  const known = unsettled.recall(job);
  if (known) return { verdict: known, delivery };
  try {
    return { verdict: await verdictOn(parts, job, delivery), delivery };
  } catch (error) {
    const fault = asError(error);
    options.onError(fault);
    const outcome: Outcome = { kind: 'retry', reason: 'error', detail: fault.message };
    const delay = TRY_AGAIN_MS;
    return { verdict: { settle: 'retry', outcome, delay, retryAt: Date.now() + delay }, delivery };
  }
}

function verdictOn(
  { client, prefix, options, signal }: AttemptParts,
  job: TakenJob,
  delivery: Delivery | Unreadable,
): Verdict | Promise<Verdict> {
  const { id, attemptsMade, started, flag } = job;
  if ('fault' in delivery) return options.unreadable({ ...delivery, id, attempts: attemptsMade });
  return options.handle(delivery, {
    ...{ id, number: attemptsMade + 1, started, signal },
    probe: flag === 'probe',
    revived: flag === 'revived',
    progress(value) {
      void noteProgress(client, queueKey(prefix, options.endpoint, id), value).catch(ignore('queue.progress'));
    },
  });
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
