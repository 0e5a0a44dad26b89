/** What happened to an event. */
import { z } from 'zod';
import { count } from './parts.js';

const word = z.string().optional();

const step = z.looseObject({ step: z.string(), at: z.string() });
const trail = z.looseObject({
  eventId: word,
  source: word,
  kind: word,
  action: word,
  repository: word,
  tag: word,
  digest: word,
  receivedAt: word,
  deliveries: z.array(
    z.looseObject({ id: z.string(), endpoint: z.string(), state: z.string(), attempts: count }),
  ),
  steps: z.array(step).meta({ description: 'What happened, in order.' }),
  incomplete: z.boolean(),
});
export const traced = z
  .strictObject({
    search: z.string(),
    understood: z.array(z.string()).meta({ description: 'What the search was taken for.' }),
    trails: z.array(trail).meta({ description: 'One for each event, newest first.' }),
    more: z.boolean(),
    since: z.string().optional().meta({ description: 'The trail reaches back to here.' }),
    gaps: z.array(
      z.strictObject({ since: z.string(), until: z.string(), count, why: z.enum(['away', 'memory']) }),
    ),
  })
  .meta({ id: 'Traced' });
