/** A retry of quarantined requests as a bulk action. */
import { createPace } from '@longshore/queue/dead';
import type { AdminService } from '../port.js';
import type { BulkOfQuarantine } from './job.js';

const MAX_REASONS = 10;

/** @returns whether the signal ended it */
export async function retryAtPace(
  service: AdminService,
  job: BulkOfQuarantine,
  rate: number,
  signal: AbortSignal,
): Promise<boolean> {
  const pace = createPace(rate);
  const note = (reason: string): void => {
    if (!job.reasons.includes(reason) && job.reasons.length < MAX_REASONS) job.reasons.push(reason);
  };
  const settings = {
    signal,
    ...(job.as && { as: job.as }),
    onTotal(total: number): void {
      job.total = total;
    },
    turn: () => pace.take(1, signal),
  };
  for await (const result of service.retryQuarantine(job.query, settings)) {
    job.looked++;
    if (result.outcome === 'taken') job.done++;
    else job.skipped++;
    if (result.outcome === 'unreadable') note(result.reason);
    if (result.outcome === 'cut') note('only the first part of the body was kept');
  }
  return signal.aborted && job.looked < job.total;
}
