/** A bulk retry or deletion, and its progress. */
import { z } from 'zod';
import { count, time } from './parts.js';

const text = z.string().optional();

/** One bulk action. */
export const operation = z
  .strictObject({
    id: z.string(),
    act: z.enum(['retry', 'drop']),
    filter: z.strictObject({
      endpoint: text,
      since: text,
      until: text,
      repository: text,
      reason: text,
      id: z.array(z.string()).optional(),
    }),
    state: z.enum(['running', 'done', 'stopped', 'failed']),
    total: count.meta({ description: 'Deliveries to check against the filter.' }),
    looked: count.meta({ description: 'Checked so far, matching or not.' }),
    done: count.meta({ description: 'Retried or deleted.' }),
    skipped: count.meta({ description: 'No longer in the dead-letter set when their turn came.' }),
    left: count,
    holding: z
      .array(z.string())
      .meta({ description: 'Endpoints with a full backlog; the retry continues as they deliver.' }),
    held: z
      .array(z.strictObject({ endpoint: z.string(), why: z.string() }))
      .meta({ description: 'Endpoints to which nothing is delivered at present.' }),
    startedAt: time,
    endedAt: time.optional(),
    error: z.string().optional(),
  })
  .meta({ id: 'Operation' });
