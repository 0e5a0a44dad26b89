/**
 * A delivery as a BullMQ job, and back. Job id = delivery id, so dedupe, retries and the board all speak of
 * the same thing. What the endpoint's settings decide (threshold, backoff, retention) is not in the job:
 * it holds from the next attempt on when it changes.
 */
import type { Answer, Delivery } from '@longshore/event';
import type { JobsOptions } from 'bullmq';

/** The job's data: a delivery less what the job carries elsewhere (its id) or the queue says (its endpoint). */
export type JobData = Omit<Delivery, 'id' | 'endpoint'>;

/**
 * The worker alone decides when enough is enough (`judge`), so BullMQ is told "for ever".
 * One entry of the stack trace is kept: it holds the last answer.
 */
export const JOB_OPTIONS: JobsOptions = {
  attempts: Number.MAX_SAFE_INTEGER,
  backoff: { type: 'custom' },
  stackTraceLimit: 1,
};

const NAME_LENGTH = 200;

/** What people read on the board: `push acme/app:1.0`. */
export function jobName({ view }: Delivery): string {
  const tag = view.tag ? `:${view.tag}` : view.digest ? `@${view.digest.slice(0, 19)}` : '';
  return `${view.action} ${view.repository ?? ''}${tag}`.slice(0, NAME_LENGTH);
}

/** What a job holds of a delivery: the endpoint is in its queue, the id is the job’s. */
export function jobData({ id: _id, endpoint: _endpoint, ...data }: Delivery): JobData {
  return data;
}

/** @returns undefined when the data is not a delivery of a version that this one can read. */
export function deliveryFrom(id: string, endpoint: string, data: unknown): Delivery | undefined {
  const candidate = data as Partial<JobData> | null;
  const readable =
    typeof candidate === 'object' &&
    candidate !== null &&
    typeof candidate.eventId === 'string' &&
    typeof candidate.contentType === 'string' &&
    typeof candidate.view?.action === 'string' &&
    typeof candidate.payload === 'object';
  return readable ? { ...(candidate as JobData), id, endpoint } : undefined;
}

/** The last answer, kept with the job: words as `failedReason`, the data as the one stack-trace entry. */
export interface LastAnswer extends Answer {
  attempt: number;
  /** ISO 8601. */
  at: string;
}

/** One line: what the board shows as the reason. */
export function answerInWords({ reason, detail }: Answer): string {
  return detail ? `${reason}: ${detail}` : reason;
}

/** @returns undefined when the job has not failed yet. */
export function lastAnswer(job: {
  stacktrace?: (string | null)[] | null;
  failedReason?: string;
}): LastAnswer | undefined {
  const entry = job.stacktrace?.at(-1);
  if (!entry) return undefined;
  try {
    return JSON.parse(entry) as LastAnswer;
  } catch {
    return { attempt: 0, at: '', reason: 'error', detail: job.failedReason ?? entry };
  }
}
