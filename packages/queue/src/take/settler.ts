/**
 * Settles what an endpoint's attempts came to. A settlement that Redis refuses is tried again; one that is lost is
 * remembered, and the delivery is not sent again when this process is handed the same job.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type AttemptParts, asError, type Judged } from './attempt.js';
import { type Settled, type Settling, type SettlingRequest, settleJobs } from './settle-script.js';
import { settlementsOf } from './settlement.js';
import type { TakenJob } from './take-script.js';

/** Pauses between the tries; then the job is left to be found stalled. */
const PAUSES_MS = [1_000, 2_000, 4_000, 5_000, 5_000, 5_000];

/** Deliveries that are settled in one step: Redis does nothing else meanwhile. */
const MOST_AT_ONCE = 200;

/** Of one endpoint, as it is at that moment. */
export interface SettleParts extends AttemptParts {
  delivered: { age: number; count: number };
  /** {@link TakeSettings} as JSON. */
  settings: string;
}

/** A request that has ended; or several, each of one delivery that went out alone. */
export interface EndedRequest {
  /** Its id; empty where each delivery goes out alone. */
  id: string;
  members: readonly { job: TakenJob; judged: Judged }[];
}

/**
 * Never rejects. What went out alone is settled in one step with the others of its turn; when Redis refuses that, each
 * by itself, so that one that cannot be settled keeps none of the others.
 * @returns what Redis made of it, for its parts
 */
export async function settle(parts: SettleParts, { id, members }: EndedRequest): Promise<Settled[]> {
  const { unsettled } = parts;
  for (const { job, judged } of members) if (isAttempt(judged)) unsettled.remember(job, judged.verdict);
  if (id !== '' || members.length <= 1) return settleRequest(parts, { id, members });
  const { settled, left } = await settleTogether(parts, members);
  const apart = left.map((one) => settleRequest(parts, { id, members: [one] }));
  return [...settled, ...(await Promise.all(apart)).flat()];
}

/** One try. `left`: from the step on that Redis refused; what was settled of that is found settled. */
async function settleTogether(
  parts: SettleParts,
  members: EndedRequest['members'],
): Promise<{ settled: Settled[]; left: EndedRequest['members'] }> {
  const { client, prefix, options, settings } = parts;
  const all: Settled[] = [];
  try {
    for (let at = 0; at < members.length; at += MOST_AT_ONCE) {
      const some = members.slice(at, at + MOST_AT_ONCE);
      const settlements = settlementsOf(some, parts, 'alone');
      const unsent = some.filter(({ judged }) => isNothingSent(judged)).length;
      const { endpoint } = options;
      all.push(
        forget(
          parts,
          settlements,
          await settleJobs(client, prefix, { endpoint, settings }, settlements, { unsent }),
        ),
      );
    }
  } catch (error) {
    options.onError(asError(error));
  }
  return { settled: all, left: members.slice(all.length * MOST_AT_ONCE) };
}

async function settleRequest(parts: SettleParts, { id, members }: EndedRequest): Promise<Settled[]> {
  const isUnsent = members.length > 0 && members.every(({ judged }) => isNothingSent(judged));
  const settlements = settlementsOf(members, parts, 'together');
  const all: Settled[] = [];
  for (let at = 0; at === 0 || at < settlements.length; at += MOST_AT_ONCE) {
    const isLast = at + MOST_AT_ONCE >= settlements.length;
    const part = settlements.slice(at, at + MOST_AT_ONCE);
    const settled = await persist(parts, part, {
      ...(all[0] && { since: all[0].since }),
      ...(isLast && id !== '' && { closes: id }),
      ...(isLast && isUnsent && { unsent: 1 }),
    });
    if (!settled) break;
    all.push(forget(parts, part, settled));
  }
  return all;
}

function forget({ unsettled }: SettleParts, part: readonly Settling[], settled: Settled): Settled {
  for (const [nth, as] of settled.as.entries()) {
    const one = part[nth];
    if (one && as !== 'lost') unsettled.forget(one);
  }
  return settled;
}

const isAttempt = ({ verdict: { settle: as } }: Judged): boolean => as !== 'released' && as !== 'deferred';

const isNothingSent = ({ verdict: { settle: as } }: Judged): boolean => as === 'ignored' || as === 'deferred';

async function persist(
  parts: SettleParts,
  part: readonly Settling[],
  request: SettlingRequest,
): Promise<Settled | undefined> {
  const { client, prefix, options, settings, signal } = parts;
  const { endpoint, onError } = options;
  for (const wait of PAUSES_MS) {
    try {
      return await settleJobs(client, prefix, { endpoint, settings }, part, request);
    } catch (error) {
      onError(asError(error));
    }
    if (signal.aborted) return undefined;
    await pause(wait, undefined, { signal }).catch(() => {}); // it is to stop
  }
  return undefined;
}
