/**
 * Retries and deletions of many dead letters in the background, with an id, progress and a way to cancel. A job lives
 * in this process. One that ends with the process can be started again and continues with what is left.
 */
import { randomUUID } from 'node:crypto';
import { excerpt, LongshoreError } from '@longshore/event';
import type { BulkProgress } from '@longshore/queue/dead';
import type { Actor } from './access/role.js';
import type { AdminService, BlockedEndpoint } from './port.js';
import type { DeadLetterQuery } from './query.js';

/** One bulk action. Times are epoch milliseconds. */
export interface BulkJob extends BulkProgress {
  id: string;
  action: 'retry' | 'drop';
  query: DeadLetterQuery;
  /** `stopped`: it was cancelled, or the process ended. */
  state: 'running' | 'done' | 'stopped' | 'failed';
  /** Of a retry: endpoints to which nothing is delivered at present. */
  blocked: BlockedEndpoint[];
  startedAt: number;
  endedAt?: number;
  /** The error message of one that failed. */
  error?: string;
}

/** The bulk actions of this process. The last 100 that ended are kept. */
export interface BulkJobs {
  /**
   * Starts one. Two at once with the same filter are safe.
   * @param rate deliveries a second; 100 for a retry unless given
   * @param actor who acts; without it the service's own
   * @throws LongshoreError REQUEST_INVALID, REQUEST_NOT_FOUND, QUEUE_UNAVAILABLE when it cannot start
   */
  start(action: BulkJob['action'], query: DeadLetterQuery, rate?: number, actor?: Actor): Promise<BulkJob>;
  /** @throws LongshoreError REQUEST_NOT_FOUND */
  get(id: string): BulkJob;
  /** Newest first. */
  list(): BulkJob[];
  /** It stops within a moment; completed work is not undone. @throws LongshoreError REQUEST_NOT_FOUND */
  cancel(id: string): BulkJob;
  /** Cancels all and waits until they have stopped. */
  close(): Promise<void>;
}

/** Jobs that have ended are kept up to this number. */
const MAX_ENDED = 100;

interface Running {
  job: BulkJob;
  stop: AbortController;
  ended: Promise<void>;
}

/** See {@link BulkJobs}. */
export function createBulkJobs(admin: AdminService, now: () => number = Date.now): BulkJobs {
  const all = new Map<string, Running>();

  const run = async (
    service: AdminService,
    job: BulkJob,
    signal: AbortSignal,
    rate?: number,
  ): Promise<void> => {
    const onProgress = (progress: BulkProgress): void => void Object.assign(job, progress);
    const settings = { signal, onProgress, ...(rate !== undefined && { rate }) };
    try {
      const act = job.action === 'retry' ? service.retryDeadLetters : service.dropDeadLetters;
      const { stopped, ...progress } = await act(job.query, settings);
      Object.assign(job, progress, { state: stopped ? 'stopped' : 'done' });
    } catch (error) {
      job.state = 'failed';
      job.error = error instanceof Error ? error.message : String(error);
    }
    job.endedAt = now();
  };

  const find = (id: string): Running => {
    const running = all.get(id);
    if (running) return running;
    throw new LongshoreError(
      'REQUEST_NOT_FOUND',
      `no operation ${excerpt(id)} in this process; operations end when their process restarts`,
    );
  };

  return {
    async start(action, query, rate, actor) {
      const blocked = await admin.blockedEndpoints(query);
      const ended = [...all.values()].filter(({ job }) => job.state !== 'running');
      for (const { job } of ended.slice(0, Math.max(0, ended.length - MAX_ENDED + 1))) all.delete(job.id);
      const progress: BulkProgress = { total: 0, looked: 0, done: 0, skipped: 0, holding: [] };
      const job: BulkJob = {
        id: randomUUID(),
        action,
        query,
        state: 'running',
        ...progress,
        blocked: action === 'retry' ? blocked : [],
        startedAt: now(),
      };
      const stop = new AbortController();
      all.set(job.id, { job, stop, ended: run(actor ? admin.as(actor) : admin, job, stop.signal, rate) });
      return { ...job };
    },
    get: (id) => ({ ...find(id).job }),
    list: () => Array.from(all.values(), ({ job }) => ({ ...job })).reverse(),
    cancel(id) {
      const { job, stop } = find(id);
      stop.abort();
      return { ...job };
    },
    async close() {
      for (const { stop } of all.values()) stop.abort();
      await Promise.all(Array.from(all.values(), ({ ended }) => ended));
    },
  };
}
