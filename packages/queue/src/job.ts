/**
 * A delivery as a BullMQ job, and back. Job id = delivery id, so dedupe, retries and the board all speak of
 * the same thing. What the endpoint's settings decide (threshold, backoff, retention) is not in the job:
 * it holds from the next attempt on when it changes.
 */
import { type Answer, type Delivery, eventName } from '@longshore/event';
import type { JobsOptions } from 'bullmq';
import { z } from 'zod';
import { anObject, aReason, aView, readStored } from './stored-json.js';

/** The job's data: a delivery less what the job carries elsewhere (its id) or the queue says (its endpoint). */
export type JobData = z.infer<typeof jobSchema>;

/** Of the data that this version writes. It reads this one and all before; version 1 was first written without `v`. */
export const JOB_VERSION = 1;

/** Costs some 0.3 µs for each delivery. The event may be large and is delivered as it came: nothing in it is read. */
const jobSchema = z.object({
  v: z.literal(JOB_VERSION).optional(),
  eventId: z.string(),
  source: z.string(),
  kind: z.string(),
  class: z.enum(['event', 'other']),
  nativeType: z.string(),
  receivedAt: z.number(),
  contentType: z.string(),
  view: aView,
  timestamp: z.string().optional(),
  payload: z
    .object({ event: anObject.optional(), text: z.string().optional() })
    .refine(({ event, text }) => event !== undefined || text !== undefined),
});

/**
 * The worker alone decides when to give up (`judge`), so BullMQ has no limit of attempts.
 * One entry of the stack trace is kept: it holds the last answer.
 */
export const JOB_OPTIONS: JobsOptions = {
  attempts: Number.MAX_SAFE_INTEGER,
  backoff: { type: 'custom' },
  stackTraceLimit: 1,
};

const NAME_LENGTH = 200;

/** What people read on the board: `push acme/app:1.0`. */
export const jobName = ({ view }: Delivery): string => eventName(view).slice(0, NAME_LENGTH);

/** What a job holds of a delivery: the endpoint is in its queue, the id is the job’s. */
export function jobData({ id: _id, endpoint: _endpoint, ...data }: Delivery): JobData {
  return { v: JOB_VERSION, ...data };
}

/** Why a job's data is no delivery for this version. */
export interface Unreadable {
  /** A newer version of Longshore stored it, and a worker of that version can deliver it. */
  isNewer: boolean;
  /** For people. */
  fault: string;
}

/** The delivery that a job holds, or why there is none. */
export function decodeJob(id: string, endpoint: string, data: unknown): Delivery | Unreadable {
  const read = jobSchema.safeParse(data);
  if (read.success) {
    const { v: _v, ...delivery } = read.data;
    return { ...delivery, id, endpoint };
  }
  const { v } = versioned.safeParse(data).data ?? {};
  if (v !== undefined && v > JOB_VERSION) {
    return { isNewer: true, fault: `its stored format is ${v}, this version reads up to ${JOB_VERSION}` };
  }
  const [issue] = read.error.issues;
  return { isNewer: false, fault: `${issue?.path.join('.') || 'its data'}: ${issue?.message}` };
}

const versioned = z.object({ v: z.number() });

/** @returns undefined when the data is not a delivery of a version that this one can read. */
export function deliveryFrom(id: string, endpoint: string, data: unknown): Delivery | undefined {
  const decoded = decodeJob(id, endpoint, data);
  return 'fault' in decoded ? undefined : decoded;
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
  const unknown: LastAnswer = { attempt: 0, at: '', reason: 'error', detail: job.failedReason ?? entry };
  return readStored(answerSchema, entry) ?? unknown;
}

const answerSchema = z.object({
  attempt: z.number(),
  at: z.string(),
  reason: aReason,
  status: z.number().optional(),
  detail: z.string().optional(),
  body: z.string().optional(),
});
