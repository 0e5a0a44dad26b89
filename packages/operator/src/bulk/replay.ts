/** A replay as a bulk action. */
import type { AdminService } from '../port.js';
import type { ReplayProgress } from '../replay/port.js';
import type { BulkReplay } from './job.js';

const progressOf = ({ run, total, counts, waits }: ReplayProgress) => ({
  ...{ run, total, counts, waits, looked: counts.events, done: counts.enqueued + counts.retried },
  skipped: counts.had + counts.waiting + counts.ignored + counts.unreadable,
});

/** Resolves when its run is known. What fails before that is the caller's error. */
export const startReplay = (
  service: AdminService,
  job: BulkReplay,
  rate: number | undefined,
  add: (act: (own: BulkReplay, signal: AbortSignal) => Promise<boolean>) => void,
): Promise<void> =>
  new Promise((resolve, reject) =>
    add(async (own, signal) => {
      const onProgress = (progress: ReplayProgress): void => {
        Object.assign(own, progressOf(progress));
        resolve();
      };
      const settings = { signal, onProgress, ...(rate !== undefined && { rate }) };
      try {
        const { stopped, ...progress } = await service.replay(job.query, settings);
        Object.assign(own, progressOf(progress));
        return stopped;
      } catch (error) {
        reject(error);
        throw error;
      }
    }),
  );
