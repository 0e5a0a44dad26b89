/**
 * The JSON that preheating keeps in Redis, as schemas. Another version may have written it, so it is read strictly:
 * what does not fit is not used, and costs one more request to a registry or target.
 */
import type { Outcome, Reason } from '@longshore/event';
import { z } from 'zod';
import type { Pending, Settled, WarmItem, WarmReason } from './targets/target.js';

/** Of each shape that this version writes. The first version wrote none. */
export const STORED_VERSION = 1;

const version = z.literal(STORED_VERSION).default(STORED_VERSION);
/** Reasons are a closed set, but an older version may have had others; they are only shown. */
const reasonOf = <Known extends string>() => z.custom<Known>((value) => typeof value === 'string');

const failed = z.object({
  state: z.literal('failed'),
  reason: reasonOf<WarmReason>(),
  detail: z.string(),
  retryable: z.boolean(),
  notBefore: z.number().optional(),
  handle: z.string().optional(),
});

const done = { bytes: z.number().optional(), verified: z.boolean(), detail: z.string().optional() };

const settledStates = [
  z.object({ state: z.literal('warmed'), ...done }),
  z.object({ state: z.literal('already'), ...done }),
  z.object({ state: z.literal('asked') }),
  z.object({ state: z.literal('skipped'), reason: z.enum(['manifest', 'blob', 'index', 'superseded']) }),
  failed,
] as const;

const settled: z.ZodType<Settled> = z.discriminatedUnion('state', settledStates);

const pending = z.object({
  state: z.literal('pending'),
  pollAt: z.number(),
  handle: z.string(),
  detail: z.string().optional(),
});

const result: z.ZodType<Settled | Pending> = z.discriminatedUnion('state', [...settledStates, pending]);

/** What is known of one part. */
export const partState = z
  .object({
    v: version,
    /** Epoch milliseconds. */
    at: z.number(),
    run: z.string(),
    attempt: z.number(),
    result,
    /** Of a target that takes whole images, by digest. */
    items: z.array(z.tuple([z.string(), settled])).optional(),
  })
  .transform(({ v: _, ...state }) => state);

const role = z.enum(['index', 'manifest', 'config', 'layer']);
const item: z.ZodType<WarmItem> = z.object({
  role,
  digest: z.string(),
  size: z.number().optional(),
  mediaType: z.string().optional(),
  platform: z.string().optional(),
  tag: z.string().optional(),
});

/** The walk of an image: of what was left out, only what a table shows. */
export const keptWalk = z.object({
  v: version,
  /** Fingerprint of the policy that it was made under. */
  policy: z.string(),
  /** Root first; each digest once. */
  items: z.array(item),
  skipped: z.array(
    z.object({
      /** Absent in walks that were kept by 0.1.0. */
      role: role.optional(),
      digest: z.string(),
      size: z.number().optional(),
      platform: z.string().optional(),
      reason: z.string(),
    }),
  ),
  platforms: z.array(z.string()),
  /** Why some of what refers to the image was not found. */
  problems: z
    .array(z.object({ detail: z.string(), retryable: z.boolean(), notBefore: z.number().optional() }))
    .optional(),
  /** The attempt that met the problems; another one may find what is missing. */
  attempt: z.string().optional(),
});

const answer = {
  status: z.number().optional(),
  reason: reasonOf<Reason>(),
  detail: z.string().optional(),
  body: z.string().optional(),
};

const outcome: z.ZodType<Outcome> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('delivered'), ...answer }),
  z.object({ kind: z.literal('retry'), ...answer, notBefore: z.number().optional() }),
  z.object({ kind: z.literal('dead'), ...answer }),
]);

/** The result of an image for deliveries that waited for it. */
export const sharedResult = z.object({ v: version, tag: z.string().optional(), outcome });

/** @returns undefined for what is no JSON, of a newer version, or does not fit */
export function readStored<Schema extends z.ZodType>(
  schema: Schema,
  json: string,
): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined; // no JSON
  }
}
