/** Input of an operator against a schema, and what to say about a name that does not exist. */
import { nearest } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import type { z } from 'zod';

/** `; did you mean endpoint?`, or `; available: endpoint, since` when nothing is close. */
export function suggest(name: string, known: readonly string[]): string {
  const close = nearest(name, known);
  return close ? `; did you mean ${close}?` : `; available: ${known.join(', ') || 'none'}`;
}

/** @throws LongshoreError REQUEST_INVALID that names every fault */
export function parseInput<Schema extends z.ZodObject>(schema: Schema, value: unknown): z.output<Schema> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const known = Object.keys(schema.shape);
  const faults = read.error.issues.flatMap((issue) => describeIssue(issue, known));
  throw new LongshoreError('REQUEST_INVALID', faults.join('; '));
}

function describeIssue(issue: z.core.$ZodIssue, known: readonly string[]): string[] {
  if (issue.code !== 'unrecognized_keys') return [[...issue.path.map(String), issue.message].join(': ')];
  return issue.keys.map((key) => `unknown parameter ${key}${suggest(key, known)}`);
}
