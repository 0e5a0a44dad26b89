/** A bulk action and its progress, as the API, the pages and every process see it. */
import type { ReplayCounts } from '@longshore/archive/replay';
import type { BulkProgress } from '@longshore/queue/dead';
import { z } from 'zod';
import type { BlockedEndpoint } from '../port.js';
import type { DeadLetterQuery, QuarantineQuery } from '../query.js';
import type { ReplayQuery } from '../replay/query.js';

/** One bulk action. Times are epoch milliseconds. */
export type BulkJob = BulkOfDead | BulkReplay | BulkOfQuarantine;

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

/** Requests of quarantine; `done` are requests that were accepted, `skipped` those that were not. */
export interface BulkOfQuarantine extends JobProgress {
  action: 'quarantine.retry';
  query: QuarantineQuery;
  /** Parsed as a request of this kind. */
  as?: string;
  /** Why requests were not accepted, each reason once. */
  reasons: string[];
}

/** What every bulk action has. */
export interface JobProgress extends BulkProgress {
  id: string;
  /** `stopped`: it was cancelled, or the process ended. */
  state: 'running' | 'done' | 'stopped' | 'failed';
  /** Deliveries a second; 0: no limit. */
  rate: number;
  /** Of a retry: endpoints to which nothing is delivered at present. */
  blocked: BlockedEndpoint[];
  startedAt: number;
  /** When the process that runs it last wrote its progress. */
  beatAt: number;
  endedAt?: number;
  /** The error message of one that failed. */
  error?: string;
}

const count = z.number();
const schema = z.looseObject({
  ...{ id: z.string(), action: z.enum(['retry', 'drop', 'replay', 'quarantine.retry']) },
  state: z.enum(['running', 'done', 'stopped', 'failed']),
  ...{ total: count, looked: count, done: count, skipped: count, rate: count },
  ...{ startedAt: count, beatAt: count, holding: z.array(z.string()), blocked: z.array(z.looseObject({})) },
  ...{ query: z.looseObject({}), reasons: z.array(z.string()).optional() },
});
const storedJob = z.custom<BulkJob>((value) => schema.safeParse(value).success);

/** A process that is busy, or an outage of Redis, is no longer than this. */
const LOST_AFTER_MS = 20_000;

/** From what was written; undefined when it is none. One whose process died is stopped. */
export function jobFrom(stored: unknown, now: number): BulkJob | undefined {
  const job = storedJob.safeParse(stored).data;
  if (job?.state !== 'running' || now - job.beatAt < LOST_AFTER_MS) return job;
  return { ...job, state: 'stopped', endedAt: job.beatAt, error: 'The process that ran it has ended.' };
}
