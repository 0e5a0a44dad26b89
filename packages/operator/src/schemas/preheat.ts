/** The result of an image at the targets of a preheat endpoint. */
import { z } from 'zod';
import { count, time } from './parts.js';

const RESULTS = ['warmed', 'already', 'asked', 'skipped', 'failed'] as const;

const part = z.strictObject({
  target: z.string().meta({ description: 'Empty when the part was skipped for every target.' }),
  role: z.enum(['index', 'manifest', 'config', 'layer']),
  digest: z.string(),
  size: count.optional(),
  platform: z.string().optional(),
  result: z.enum(RESULTS),
  reason: z.string().optional(),
  detail: z.string().optional(),
  bytes: count.optional().meta({ description: 'Bytes transferred for it, when the target reports them.' }),
});

/** One run. */
export const preheat = z
  .strictObject({
    kind: z.literal('copy').optional().meta({ description: 'Absent: a preheat.' }),
    id: z.string(),
    endpoint: z.string(),
    deliveryId: z.string(),
    repository: z.string(),
    tag: z.string().optional(),
    digest: z.string().optional(),
    result: z.enum(['succeeded', 'partial', 'failed', 'skipped', 'dryrun']),
    detail: z.string().optional(),
    receivedAt: time,
    startedAt: time,
    finishedAt: time,
    rateLimit: z.strictObject({ limit: count.optional(), remaining: count }).optional(),
    tally: z.strictObject({
      blobs: count,
      bytes: count,
      warmed: count,
      already: count,
      asked: count,
      skipped: count,
      failed: count,
    }),
    parts: z.array(part).meta({ description: 'Failed ones first.' }),
    omitted: count.optional().meta({ description: 'Parts that are counted but not listed.' }),
  })
  .meta({ id: 'Preheat' });
