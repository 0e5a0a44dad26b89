/** When a registry is compared again. Pure; times are epoch milliseconds. */
import { SECOND_LOOK_MS } from '@longshore/archive/reconcile';
import type { ReconcileDue } from '@longshore/queue/reconcile';
import type { ReconcileReport } from './report.js';

/** The second look comes a little later than it may. */
const MARGIN_MS = 30_000;
const FIRST_RETRY_MS = 60_000;
const MOST_RETRY_MS = 3_600_000;

/** @param every the interval */
export const isDue = ({ ranAt, againAt }: ReconcileDue, every: number, now: number): boolean =>
  now >= Math.min(ranAt + every, againAt ?? Number.POSITIVE_INFINITY);

/** A comparison begins: one that is killed is repeated. */
export const begun = ({ failures }: ReconcileDue, now: number): ReconcileDue => ({
  ...{ ranAt: now, againAt: now + SECOND_LOOK_MS + MARGIN_MS, failures },
});

/**
 * After a comparison. `before`: as it began. `asked`: what is stored now, where somebody may have asked for another one
 * meanwhile.
 */
export function dueAfter(
  report: ReconcileReport | undefined,
  { before, asked, now }: { before: ReconcileDue; asked: ReconcileDue; now: number },
): ReconcileDue {
  const isFailed = report?.errors.some(({ repository }) => repository === '') ?? true;
  const failures = isFailed && !report?.behind ? before.failures + 1 : 0;
  const waits = report?.behind || report?.findings.some(({ state }) => state === 'waiting');
  const own = waits
    ? now + SECOND_LOOK_MS + MARGIN_MS
    : failures > 0
      ? now + Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10), MOST_RETRY_MS)
      : undefined;
  const others = asked.againAt === before.againAt ? undefined : asked.againAt;
  const againAt = [own, others].flatMap((at) => at ?? []).sort((a, b) => a - b)[0];
  return { ranAt: before.ranAt, failures, ...(againAt !== undefined && { againAt }) };
}
