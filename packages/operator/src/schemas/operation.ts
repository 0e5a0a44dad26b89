/** A bulk retry, deletion or replay, and its progress. */
import { z } from 'zod';
import { count, time } from './parts.js';

const text = z.string().optional();

/** One bulk action. */
export const operation = z
  .strictObject({
    id: z.string(),
    act: z.enum(['retry', 'drop', 'replay', 'quarantine.retry']),
    filter: z.strictObject({
      endpoint: text,
      since: text,
      until: text,
      repository: text,
      reason: text,
      answer: text,
      group: text,
      source: text,
      id: z.array(z.string()).optional(),
      action: text,
      force: z.boolean().optional(),
      resume: text,
    }),
    state: z.enum(['running', 'done', 'stopped', 'failed']),
    total: count.meta({
      description: 'Deliveries to check against the filter; of a replay, events of the window.',
    }),
    looked: count.meta({ description: 'Checked so far, matching or not.' }),
    done: count.meta({ description: 'Retried or deleted; of a replay, enqueued or retried.' }),
    skipped: count.meta({
      description:
        'No longer in the dead-letter set when their turn came; of a replay, what the endpoint had, has waiting or ignores.',
    }),
    left: count,
    rate: z.number().meta({ description: 'Deliveries or requests a second; 0: no limit.' }),
    as: text.meta({ description: 'Of a retry of quarantine: the kind that requests are parsed as.' }),
    reasons: z
      .array(z.string())
      .optional()
      .meta({ description: 'Of a retry of quarantine: why requests were not accepted.' }),
    holding: z
      .array(z.string())
      .meta({ description: 'Endpoints with a full backlog; the retry continues as they deliver.' }),
    held: z
      .array(z.strictObject({ endpoint: z.string(), why: z.string() }))
      .meta({ description: 'Endpoints to which nothing is delivered at present.' }),
    run: text.meta({ description: 'Of a replay: its id, to continue it.' }),
    counts: z
      .record(z.string(), count)
      .optional()
      .meta({ description: 'Of a replay: events by what became of them.' }),
    waits: text.meta({ description: 'Of a replay: why it waits at present.' }),
    startedAt: time,
    endedAt: time.optional(),
    error: z.string().optional(),
  })
  .meta({ id: 'Operation' });
