/**
 * Settles what an endpoint's attempts came to. A settlement that Redis refuses is tried again; one that is lost is
 * remembered, and the delivery is not sent again when this process is handed the same job.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type AttemptParts, asError, type Judged } from './attempt.js';
import { type Settled, type Settling, settleJob } from './settle-script.js';
import { settlementOf } from './settlement.js';
import type { TakenJob } from './take-script.js';

/** Pauses between the tries; then the job is left to be found stalled. */
const PAUSES_MS = [1_000, 2_000, 4_000, 5_000, 5_000, 5_000];

/** Of one endpoint, as it is at that moment. */
export interface SettleParts extends AttemptParts {
  delivered: { age: number; count: number };
  /** {@link TakeSettings} as JSON. */
  settings: string;
}

/** Never rejects. @returns undefined when Redis has not taken it */
export async function settle(
  parts: SettleParts,
  job: TakenJob,
  { verdict, delivery }: Judged,
): Promise<Settled | undefined> {
  const { unsettled } = parts;
  const isAttempt = verdict.settle !== 'released' && verdict.settle !== 'deferred';
  if (isAttempt) unsettled.remember(job, verdict);
  const settled = await persist(parts, settlementOf(job, verdict, delivery, parts));
  if (settled && settled.as !== 'lost') unsettled.forget(job);
  return settled;
}

async function persist(parts: SettleParts, settling: Settling): Promise<Settled | undefined> {
  const { client, prefix, options, settings, signal } = parts;
  const { endpoint, onError } = options;
  for (const wait of PAUSES_MS) {
    try {
      return await settleJob(client, prefix, { endpoint, settings }, settling);
    } catch (error) {
      onError(asError(error));
    }
    if (signal.aborted) return undefined;
    await pause(wait, undefined, { signal }).catch(() => {}); // it is to stop
  }
  return undefined;
}
