/** What each endpoint does with an event. */
import { RULES } from '@longshore/routing';
import { z } from 'zod';
import { count, describeValues, time } from './parts.js';

const text = z.string().optional();
const rule = z.enum(Object.keys(RULES) as [keyof typeof RULES]);

const request = z.strictObject({
  method: z.string(),
  headers: z
    .array(z.tuple([z.string(), z.string()]))
    .meta({ description: 'Name and value; secrets are `***`.' }),
  body: z.string(),
  bytes: count,
});

const endpoint = z.strictObject({
  endpoint: z.string(),
  kind: z.string(),
  verdict: z.enum(['delivered', 'ignored', 'disabled', 'error']).meta({
    description: '`error`: the event is taken, and no request can be made of it; see `problem`.',
  }),
  rule: rule.optional().meta({ description: `By which it is ignored: one of ${describeValues(RULES)}.` }),
  passed: z.array(rule).meta({ description: 'Rules that let the event through, in their order.' }),
  filterError: text.meta({ description: 'Why the filter fails on this event, which is delivered then.' }),
  problem: text,
  request: request
    .optional()
    .meta({ description: 'Absent: there is none, or its kind makes none of its own.' }),
  url: text,
  delivery: text.meta({ description: 'Id of its delivery.' }),
  queue: z.array(z.string()).meta({ description: 'How it waits in the queue, one line each.' }),
  retries: z.array(z.number()).meta({
    description: 'Milliseconds after the first attempt at which it is tried again; the first ten.',
  }),
  threshold: count,
});

/** What an explanation says. */
export const explained = z
  .strictObject({
    events: z.array(
      z.strictObject({
        ...{ id: z.string(), source: z.string(), kind: z.string(), class: z.string(), action: z.string() },
        ...{ repository: text, tag: text, digest: text, receivedAt: time },
        from: z.enum(['sample', 'file', 'archive', 'queue', 'history']).meta({
          description: 'Where the event was read. `history` has no body, so details may be missing.',
        }),
        endpoints: z.array(endpoint),
      }),
    ),
    untried: count.meta({ description: 'Events that were left out because the time for all was over.' }),
  })
  .meta({ id: 'Explained' });
