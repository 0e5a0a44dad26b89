/** The history of an event. */
import { HISTORY_STEPS } from '@longshore/event';
import { RULES } from '@longshore/routing';
import { z } from 'zod';
import { count, describeValues } from './parts.js';

const text = z.string().optional();

const step = z.looseObject({
  step: z.string().meta({ description: `One of ${describeValues(HISTORY_STEPS)}.` }),
  at: z.string(),
  rule: text.meta({ description: `By which the event was ignored: one of ${describeValues(RULES)}.` }),
});
const trail = z.looseObject({
  eventId: text,
  source: text,
  kind: text,
  action: text,
  repository: text,
  tag: text,
  digest: text,
  receivedAt: text,
  deliveries: z.array(
    z.looseObject({ id: z.string(), endpoint: z.string(), state: z.string(), attempts: count }),
  ),
  steps: z.array(step).meta({ description: 'In the order in which they happened.' }),
  incomplete: z.boolean(),
});
/** What a search found. */
export const traced = z
  .strictObject({
    search: z.string(),
    understood: z.array(z.string()).meta({ description: 'How the search was interpreted.' }),
    trails: z.array(trail).meta({ description: 'One for each event, newest first.' }),
    more: z.boolean(),
    since: z.string().optional().meta({ description: 'Start of the history.' }),
    gaps: z.array(
      z.strictObject({
        since: z.string(),
        until: z.string(),
        count,
        why: z.enum(['away', 'memory', 'behind']),
      }),
    ),
    unavailable: text.meta({
      description: 'Why the archive did not answer: only recent entries were searched.',
    }),
  })
  .meta({ id: 'Traced' });
