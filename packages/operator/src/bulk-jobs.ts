/**
 * Retries and deletions of many dead letters, and replays of archived events, in the background: with an id, progress
 * and a way to cancel. A job lives in this process. One that ends with the process can be started again and continues
 * with what is left.
 */
import { randomUUID } from 'node:crypto';
import type { ReplayCounts } from '@longshore/archive/replay';
import { excerpt, LongshoreError } from '@longshore/event';
import type { BulkProgress } from '@longshore/queue/dead';
import type { Actor } from './access/role.js';
import type { AdminService, BlockedEndpoint } from './port.js';
import type { DeadLetterQuery } from './query.js';
import type { ReplayProgress } from './replay/port.js';
import type { ReplayQuery } from './replay/query.js';

/** One bulk action. Times are epoch milliseconds. */
export type BulkJob = BulkOfDead | BulkReplay;

/** On dead letters. */
export interface BulkOfDead extends JobProgress {
  action: 'retry' | 'drop';
  query: DeadLetterQuery;
}

/** Of archived events; `looked` and `total` are events, `done` are deliveries enqueued or retried. */
export interface BulkReplay extends JobProgress {
  action: 'replay';
  query: ReplayQuery;
  /** Id of the replay, as in the archive. */
  run?: string;
  counts?: ReplayCounts;
  /** Why it waits at present; empty or absent: it does not. */
  waits?: string;
}

interface JobProgress extends BulkProgress {
  id: string;
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
  start(action: BulkOfDead['action'], query: DeadLetterQuery, rate?: number, actor?: Actor): Promise<BulkJob>;
  /**
   * Starts a replay, once its run is remembered.
   * @throws LongshoreError ARCHIVE_OFF, ARCHIVE_UNAVAILABLE, REQUEST_INVALID, REQUEST_NOT_FOUND when it cannot start
   */
  replay(query: ReplayQuery, rate?: number, actor?: Actor): Promise<BulkJob>;
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

const replayProgress = ({ run, total, counts, waits }: ReplayProgress) => ({
  ...{ run, total, counts, waits, looked: counts.events, done: counts.enqueued + counts.retried },
  skipped: counts.had + counts.waiting + counts.ignored + counts.unreadable,
});

interface Running {
  job: BulkJob;
  stop: AbortController;
  ended: Promise<void>;
}

/** See {@link BulkJobs}. */
export function createBulkJobs(admin: AdminService, now: () => number = Date.now): BulkJobs {
  const all = new Map<string, Running>();

  /** @param act resolves with whether it was cancelled */
  const add = <Job extends BulkJob>(job: Job, act: (job: Job, signal: AbortSignal) => Promise<boolean>) => {
    const ended = [...all.values()].filter(({ job: one }) => one.state !== 'running');
    for (const { job: one } of ended.slice(0, Math.max(0, ended.length - MAX_ENDED + 1))) all.delete(one.id);
    const stop = new AbortController();
    const run = async (): Promise<void> => {
      try {
        job.state = (await act(job, stop.signal)) ? 'stopped' : 'done';
      } catch (error) {
        job.state = 'failed';
        job.error = error instanceof Error ? error.message : String(error);
      }
      job.endedAt = now();
    };
    all.set(job.id, { job, stop, ended: run() });
  };

  const begin = () => ({
    ...{ id: randomUUID(), state: 'running' as const, startedAt: now(), blocked: [] },
    ...{ total: 0, looked: 0, done: 0, skipped: 0, holding: [] },
  });

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
      const service = actor ? admin.as(actor) : admin;
      const held = await admin.blockedEndpoints(query);
      const blocked = action === 'retry' ? held : [];
      const job: BulkOfDead = { ...begin(), action, query, blocked };
      add(job, async (own, signal) => {
        const onProgress = (progress: BulkProgress): void => void Object.assign(own, progress);
        const act = action === 'retry' ? service.retryDeadLetters : service.dropDeadLetters;
        const settings = { signal, onProgress, ...(rate !== undefined && { rate }) };
        const { stopped, ...progress } = await act(query, settings);
        Object.assign(own, progress);
        return stopped;
      });
      return { ...job };
    },
    async replay(query, rate, actor) {
      const service = actor ? admin.as(actor) : admin;
      const job: BulkReplay = { ...begin(), action: 'replay', query };
      const begun = startReplay(service, job, rate, (act) => add(job, act));
      await begun.catch((error: unknown) => {
        all.delete(job.id);
        throw error;
      });
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

/** Resolves when its run is known. What fails before that is the caller's error, and no job. */
const startReplay = (
  service: AdminService,
  job: BulkReplay,
  rate: number | undefined,
  add: (act: (own: BulkReplay, signal: AbortSignal) => Promise<boolean>) => void,
): Promise<void> =>
  new Promise((resolve, reject) =>
    add(async (own, signal) => {
      const onProgress = (progress: ReplayProgress): void => {
        Object.assign(own, replayProgress(progress));
        resolve();
      };
      const settings = { signal, onProgress, ...(rate !== undefined && { rate }) };
      try {
        const { stopped, ...progress } = await service.replay(job.query, settings);
        Object.assign(own, replayProgress(progress));
        return stopped;
      } catch (error) {
        reject(error);
        throw error;
      }
    }),
  );
