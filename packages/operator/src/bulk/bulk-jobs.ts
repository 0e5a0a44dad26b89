/**
 * Retries and deletions of many dead letters, retries of quarantine, and replays of archived events, in the background:
 * with an id, a pace, progress and a way to stop. A job is run by one process; its state is in Redis, where every
 * process sees it and can stop it. One that ended with its process is continued with what is left.
 */
import { randomUUID } from 'node:crypto';
import { excerpt, ignore, LongshoreError } from '@longshore/event';
import type { BulkProgress } from '@longshore/queue/dead';
import type { Actor } from '../access/role.js';
import type { AdminService } from '../port.js';
import { type DeadLetterQuery, pinned, type QuarantineQuery } from '../query.js';
import type { ReplayQuery } from '../replay/query.js';
import { type BulkJob, type BulkOfDead, type BulkOfQuarantine, type BulkReplay, jobFrom } from './job.js';
import { retryAtPace } from './quarantine.js';
import { startReplay } from './replay.js';

/** The bulk actions of all processes. */
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
  /**
   * Parses quarantined requests again.
   * @param how `as`: the kind to parse them as; their own unless given. `rate`: requests a second, 20 unless given
   * @throws LongshoreError REQUEST_INVALID, QUEUE_UNAVAILABLE when it cannot start
   */
  quarantine(query: QuarantineQuery, how?: { as?: string; rate?: number }, actor?: Actor): Promise<BulkJob>;
  /** @throws LongshoreError REQUEST_NOT_FOUND, QUEUE_UNAVAILABLE */
  get(id: string): Promise<BulkJob>;
  /** The last 100, newest first. @throws LongshoreError QUEUE_UNAVAILABLE */
  list(): Promise<BulkJob[]>;
  /**
   * It stops within some seconds; completed work is not undone.
   * @throws LongshoreError REQUEST_NOT_FOUND, QUEUE_UNAVAILABLE
   */
  cancel(id: string): Promise<BulkJob>;
  /** Starts a new one with what one that ended early has left. Throws as `start`, `replay` and `get` do. */
  proceed(id: string, actor?: Actor): Promise<BulkJob>;
  /** Stops those of this process and waits until they have stopped. */
  close(): Promise<void>;
}

const BEAT_MS = 1_000;
const QUARANTINE_RATE = 20;

/** 0 where there is no limit, since JSON has no infinity. */
const finite = (rate: number): number => (Number.isFinite(rate) ? rate : 0);

interface Running {
  job: BulkJob;
  stop: AbortController;
  ended: Promise<void>;
}

/** See {@link BulkJobs}. */
export function createBulkJobs(admin: AdminService, now: () => number = Date.now): BulkJobs {
  const running = new Map<string, Running>();
  const as = (actor: Actor | undefined) => (actor ? admin.as(actor) : admin);
  const begin = (rate: number) => ({
    ...{ id: randomUUID(), state: 'running' as const, startedAt: now(), beatAt: now(), blocked: [] },
    ...{ total: 0, looked: 0, done: 0, skipped: 0, holding: [], rate },
  });
  const add: Add = (job, act) => {
    const stop = new AbortController();
    const ended = run({ job, stop, act, admin, now }).finally(() => running.delete(job.id));
    running.set(job.id, { job, stop, ended });
  };
  const find = async (id: string): Promise<BulkJob> => {
    const own = running.get(id)?.job;
    if (own) return { ...own };
    const job = jobFrom(await admin.operations.get(id), now());
    if (job) return job;
    throw new LongshoreError('REQUEST_NOT_FOUND', `no operation ${excerpt(id)}; the last 100 are kept`);
  };

  const jobs: BulkJobs = {
    async start(action, query, rate, actor) {
      const held = await admin.blockedEndpoints(query);
      const pace = rate ?? (action === 'retry' ? DEAD_RATE : Number.POSITIVE_INFINITY);
      const job: BulkOfDead = {
        ...begin(finite(pace)),
        action,
        query,
        blocked: action === 'retry' ? held : [],
      };
      await admin.operations.put(job.id, job.startedAt, job);
      add(job, deadWork(as(actor), pace));
      return { ...job };
    },
    async replay(query, rate, actor) {
      const job: BulkReplay = { ...begin(finite(rate ?? DEAD_RATE)), action: 'replay', query };
      await startReplay(as(actor), job, rate, (act) => add(job, act));
      return { ...job };
    },
    async quarantine(query, { as: kind, rate = QUARANTINE_RATE } = {}, actor) {
      const own = { action: 'quarantine.retry' as const, query, reasons: [], ...(kind && { as: kind }) };
      const job: BulkOfQuarantine = { ...begin(finite(rate)), ...own };
      await admin.operations.put(job.id, job.startedAt, job);
      add(job, (one, signal) => retryAtPace(as(actor), one, rate, signal));
      return { ...job };
    },
    get: find,
    async list() {
      const stored = (await admin.operations.list()).flatMap((one) => jobFrom(one, now()) ?? []);
      return stored.map((job) => ({ ...(running.get(job.id)?.job ?? job) }));
    },
    async cancel(id) {
      const job = await find(id);
      running.get(id)?.stop.abort();
      if (job.state === 'running') await admin.operations.stop(id);
      return job;
    },
    async proceed(id, actor) {
      const job = await find(id);
      const rate = job.rate || Number.POSITIVE_INFINITY;
      if (job.action === 'replay') {
        return jobs.replay(job.run === undefined ? job.query : { resume: job.run }, rate, actor);
      }
      const query = pinned(job.query, job.startedAt);
      if (job.action === 'quarantine.retry') return jobs.quarantine(query, { as: job.as, rate }, actor);
      return jobs.start(job.action, query, rate, actor);
    },
    async close() {
      for (const { stop } of running.values()) stop.abort();
      await Promise.all(Array.from(running.values(), ({ ended }) => ended));
    },
  };
  return jobs;
}

/** So that a retry shares the receiver with what is fresh. */
const DEAD_RATE = 100;

/** @returns whether it was stopped */
type Act<Job> = (job: Job, signal: AbortSignal) => Promise<boolean>;
type Add = <Job extends BulkJob>(job: Job, act: Act<Job>) => void;

const deadWork =
  (service: AdminService, rate: number): Act<BulkOfDead> =>
  async (job, signal) => {
    const onProgress = (progress: BulkProgress): void => void Object.assign(job, progress);
    const act = job.action === 'retry' ? service.retryDeadLetters : service.dropDeadLetters;
    const { stopped, ...progress } = await act(job.query, { signal, onProgress, rate });
    Object.assign(job, progress);
    return stopped;
  };

interface Run<Job extends BulkJob> {
  job: Job;
  stop: AbortController;
  act: Act<Job>;
  admin: AdminService;
  now(): number;
}

/** Until its end; its state is written each second, and nothing is lost but progress while Redis is unavailable. */
async function run<Job extends BulkJob>({ job, stop, act, admin, now }: Run<Job>): Promise<void> {
  const write = async (): Promise<void> => {
    job.beatAt = now();
    await admin.operations.put(job.id, job.startedAt, job);
  };
  const beat = setInterval(async () => {
    try {
      await write();
      if (await admin.operations.isStopped(job.id)) stop.abort();
    } catch (error) {
      ignore('operator.operations')(error);
    }
  }, BEAT_MS);
  try {
    job.state = (await act(job, stop.signal)) ? 'stopped' : 'done';
  } catch (error) {
    job.state = 'failed';
    job.error = error instanceof Error ? error.message : String(error);
  }
  clearInterval(beat);
  job.endedAt = now();
  await write().catch(ignore('operator.operations'));
}
