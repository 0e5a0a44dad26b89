/** A retry or drop of many, as it goes on. */
import { z } from 'zod';
import { count, time } from './parts.js';

const word = z.string().optional();

export const operation = z
  .strictObject({
    id: z.string(),
    act: z.enum(['retry', 'drop']),
    filter: z.strictObject({
      endpoint: word,
      since: word,
      until: word,
      repository: word,
      reason: word,
      id: z.array(z.string()).optional(),
    }),
    state: z.enum(['running', 'done', 'stopped', 'failed']),
    total: count.meta({ description: 'Deliveries to look at.' }),
    looked: count.meta({ description: 'Looked at so far, matching or not.' }),
    done: count.meta({ description: 'Retried or dropped.' }),
    skipped: count.meta({ description: 'No longer dead when their turn came.' }),
    left: count,
    holding: z
      .array(z.string())
      .meta({ description: 'Endpoints that have enough waiting; it goes on as they deliver.' }),
    held: z
      .array(z.strictObject({ endpoint: z.string(), why: z.string() }))
      .meta({ description: 'Endpoints where nothing is delivered now.' }),
    startedAt: time,
    endedAt: time.optional(),
    error: z.string().optional(),
  })
  .meta({ id: 'Operation' });
