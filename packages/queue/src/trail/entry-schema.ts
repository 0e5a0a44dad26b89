/** The entries of `entry.ts` as schemas: what a chunk in Redis must have to be one. */
import type { HistoryEntry } from '@longshore/event';
import { z } from 'zod';
import { aReason, aView } from '../stored-json.js';

const text = z.string();
const optional = text.optional();
const ofDelivery = {
  at: z.number(),
  endpoint: text,
  deliveryId: text,
  eventId: optional,
  source: optional,
};

/** One entry. A field of a newer version is left out. */
export const entrySchema: z.ZodType<HistoryEntry> = z.discriminatedUnion('step', [
  z.object({
    step: z.literal('received'),
    at: z.number(),
    takenAt: z.number().optional(),
    source: text,
    kind: text,
    eventId: text,
    dedupe: optional,
    nativeType: text,
    view: aView,
    remote: optional,
    actor: optional,
    by: optional,
    planned: z.array(z.object({ endpoint: text, deliveryId: text, known: z.boolean().optional() })),
    ignored: z.array(z.object({ endpoint: text, rule: text })),
  }),
  z.object({
    step: z.literal('quarantined'),
    at: z.number(),
    source: text,
    kind: text,
    quarantineId: text,
    reason: text,
    bytes: z.number(),
    remote: optional,
  }),
  z.object({
    step: z.literal('unquarantined'),
    at: z.number(),
    quarantineId: text,
    outcome: z.enum(['replayed', 'dropped', 'evicted']),
    by: optional,
  }),
  z.object({
    step: z.literal('attempted'),
    ...ofDelivery,
    attempt: z.number(),
    batch: z.number().optional(),
    outcome: z.enum(['delivered', 'retry', 'dead']),
    status: z.number().optional(),
    reason: aReason,
    ms: z.number(),
    opening: z
      .object({ dns: z.number().optional(), connect: z.number().optional(), tls: z.number().optional() })
      .optional(),
    detail: optional,
    answer: optional,
    retryAt: z.number().optional(),
    view: aView.optional(),
  }),
  z.object({
    step: z.literal('settled'),
    ...ofDelivery,
    outcome: z.enum(['dead', 'expired', 'dropped', 'ignored', 'superseded']),
    rule: optional,
    reason: optional,
    detail: optional,
    by: optional,
    supersededBy: optional,
  }),
  z.object({ step: z.literal('retried'), ...ofDelivery, by: text }),
  z.object({ step: z.literal('stalled'), ...ofDelivery }),
  z.object({
    step: z.literal('gap'),
    at: z.number(),
    since: z.number(),
    count: z.number(),
    why: z.enum(['away', 'memory', 'behind']),
  }),
]);
