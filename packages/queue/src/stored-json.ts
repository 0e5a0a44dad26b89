/**
 * The border of Redis: JSON that any version of Longshore may have written becomes a value of ours here, or nothing.
 * Every stored shape has a version `v`; the first was written without it. A schema reads all versions up to its own,
 * and takes what a newer one has added for absent.
 */
import { ignore, type Reason } from '@longshore/event';
import { z } from 'zod';

/** What does not fit is counted and left out: one damaged entry must not hide the others. */
export function readStored<T>(schema: z.ZodType<T>, text: string | null | undefined): T | undefined {
  if (text === null || text === undefined) return undefined;
  const read = schema.safeParse(asJson(text));
  return read.success ? read.data : ignore('queue.stored')(read.error);
}

/** {@link readStored} as a list of one or none. */
export function storedList<T>(schema: z.ZodType<T>, text: string | null | undefined): T[] {
  const value = readStored(schema, text);
  return value === undefined ? [] : [value];
}

/** Undefined when it is no JSON. */
export function asJson(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

/** An object whose members are not checked; it is passed on as it is, without a copy. */
export const anObject = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** A reason of this version or of another one. */
export const aReason = z.custom<Reason>((value) => typeof value === 'string');

/** The fields that rules and records read. */
export const aView = z.object({
  action: z.string(),
  repository: z.string().optional(),
  tag: z.string().optional(),
  digest: z.string().optional(),
  mediaType: z.string().optional(),
});
