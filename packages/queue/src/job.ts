/**
 * A delivery as a BullMQ job, and back. Job id = delivery id, so dedupe, retries and the board all speak of
 * the same thing. What the endpoint's settings decide (threshold, backoff, retention) is not in the job:
 * it holds from the next attempt on when it changes.
 */
import { type Answer, type Delivery, eventName, type LastAnswer, type Payload } from '@longshore/event';
import type { JobsOptions } from 'bullmq';
import { z } from 'zod';
import { type About, aboutSchema, decodeBody, NewerClass } from './body/body.js';
import { anObject, aReason, readStored } from './stored-json.js';

/** Of the data that this version writes. It reads this one and all before. */
export const JOB_VERSION = 2;

/**
 * A job's data. Of this version it is `v` and `b`: what the deliveries of an event share is in its body. Before version 2
 * it was all here.
 */
export interface JobData extends Partial<About> {
  v?: number;
  /** Names its body. */
  b?: string;
  payload?: Payload;
}

/** All that is in the data of a job. Small: a hash in Redis is compact while no value exceeds 64 bytes. */
export const jobJson = (ref: string): string => JSON.stringify({ v: JOB_VERSION, b: ref });

/**
 * Version 1, which was first written without `v`. Costs some 0.3 µs for each delivery. The event may be large and is
 * delivered as it came: nothing in it is read.
 */
const firstSchema = aboutSchema.extend({
  v: z.literal(1).optional(),
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

/** Bytes; beyond it the whole job would take twice as much of Redis. */
const NAME_BYTES = 64;

/** What people read on the board: `push acme/app:1.0`, as much of it as fits. */
export function jobName({ view }: Delivery): string {
  const name = eventName(view);
  if (Buffer.byteLength(name) <= NAME_BYTES) return name;
  // A character that was cut in two becomes a replacement character, which is as long at most.
  return Buffer.from(name)
    .subarray(0, NAME_BYTES - 2)
    .toString()
    .replace(/\uFFFD$/, '');
}

/** Why a job's data is no delivery for this version. */
export interface Unreadable {
  /** A newer version of Longshore stored it, and a worker of that version can deliver it. */
  isNewer: boolean;
  /** For people. */
  fault: string;
}

/**
 * The delivery that a job holds, or why there is none.
 * @param body of the job; null when it has none
 */
export function decodeJob(
  id: string,
  endpoint: string,
  data: unknown,
  body: Buffer | null,
): Delivery | Unreadable {
  const { v = 1 } = versioned.safeParse(data).data ?? {};
  if (v > JOB_VERSION) {
    return { isNewer: true, fault: `its stored format is ${v}, this version reads up to ${JOB_VERSION}` };
  }
  return v === JOB_VERSION ? fromBody(id, endpoint, body) : fromData(id, endpoint, data);
}

const versioned = z.object({ v: z.number() });

function fromBody(id: string, endpoint: string, body: Buffer | null): Delivery | Unreadable {
  if (body === null) return { isNewer: false, fault: 'its body is missing' };
  try {
    return { ...decodeBody(body), id, endpoint };
  } catch (error) {
    const isNewer = error instanceof NewerClass;
    return { isNewer, fault: `its body: ${error instanceof Error ? error.message : error}` };
  }
}

function fromData(id: string, endpoint: string, data: unknown): Delivery | Unreadable {
  const read = firstSchema.safeParse(data);
  if (read.success) {
    const { v: _v, ...delivery } = read.data;
    return { ...delivery, id, endpoint };
  }
  const [issue] = read.error.issues;
  return { isNewer: false, fault: `${issue?.path.join('.') || 'its data'}: ${issue?.message}` };
}

/** What a job returns that is settled without being dead: its body goes, and this is what is known of it then. */
export interface Settlement {
  /** `delivered`, `ignored: RULE` or `superseded`. */
  settled?: string;
  /** Superseded: id of the newer delivery. */
  by?: string;
  /** Absent where the data of the job has it. */
  about?: About;
}

/** From the JSON of a job's return value; before version 2 it was the text alone. */
export function settlementFrom(json: string | null | undefined): Settlement {
  if (json === null || json === undefined) return {};
  const value = readStored(settlementSchema, json);
  return typeof value === 'string' ? { settled: value } : (value ?? {});
}

const settlementSchema = z.union([
  z.string(),
  z.object({
    settled: z.string().optional(),
    by: z.string().optional(),
    about: aboutSchema.optional(),
  }),
]);

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
