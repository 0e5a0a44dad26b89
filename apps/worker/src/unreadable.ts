/**
 * What becomes of a stored delivery that this version cannot read. During a rolling upgrade a worker meets what a
 * newer ingest has stored: that waits, without an attempt, until a worker of the newer version takes it. What is
 * damaged is dead-lettered as it is, never thrown away.
 */
import type { Outcome } from '@longshore/event';
import type { ConsumerOptions, UnreadableJob, Verdict } from '@longshore/queue/consumer';
import type { ReportParts } from './report.js';

/** Milliseconds until a delivery of a newer version is looked at again; and between two log lines about them. */
export const NEWER_RETRY_MS = 15 * 60_000;

/** @param endpoint its name */
export function createUnreadable(
  endpoint: string,
  notes: Pick<ReportParts, 'observer' | 'trail'>,
): ConsumerOptions['unreadable'] {
  return (job) => (job.isNewer ? defer(endpoint, job, notes) : giveUp(endpoint, job, notes));
}

function defer(
  endpoint: string,
  { id, fault }: UnreadableJob,
  { observer }: Pick<ReportParts, 'observer'>,
): Verdict {
  const until = Date.now() + NEWER_RETRY_MS;
  const fields = { endpoint, deliveryId: id, reason: fault, retryAt: new Date(until).toISOString() };
  observer
    .throttledLog(`newer ${endpoint}`, NEWER_RETRY_MS)
    .warn(fields, 'deliveries were stored by a newer version and wait: upgrade this worker');
  return { settle: 'deferred', until, why: `stored by a newer version of Longshore: ${fault}` };
}

function giveUp(
  endpoint: string,
  { id: deliveryId, attempts, fault }: UnreadableJob,
  { observer, trail }: Pick<ReportParts, 'observer' | 'trail'>,
): Verdict {
  const detail = `the stored delivery is damaged (${fault}) and cannot be delivered; longshore dead drop deletes it`;
  const outcome: Outcome = { kind: 'dead', reason: 'undecodable', detail };
  const settled = { endpoint, deliveryId, outcome: 'dead', reason: outcome.reason, detail } as const;
  observer.deliverySettled({ ...settled, attempts: attempts + 1 });
  trail.note({ step: 'settled', at: Date.now(), ...settled });
  return { settle: 'dead', outcome };
}
