/** What could not be read, and what became of it. */
import { z } from 'zod';
import { count, listOf, time } from './parts.js';

const quarantined = z.strictObject({
  id: z.string(),
  source: z.string(),
  kind: z.string(),
  reason: z.string(),
  receivedAt: time,
  path: z.string(),
  bytes: count.meta({ description: 'As sent.' }),
  cut: z.boolean().meta({ description: 'More was sent than is kept: it cannot be retried.' }),
});
export const quarantine = listOf(quarantined.meta({ id: 'Quarantined' }));
export const quarantinedDetail = quarantined
  .extend({
    body: z.string().optional().meta({ description: 'What is kept, when it is text.' }),
    bodyBase64: z.string().optional().meta({ description: 'What is kept, when it is not.' }),
  })
  .meta({ id: 'QuarantinedDetail' });

const retried = z.discriminatedUnion('outcome', [
  z.strictObject({
    id: z.string(),
    outcome: z.literal('taken'),
    accepted: count,
    enqueued: count,
    duplicates: count,
    ignored: count,
  }),
  z.strictObject({ id: z.string(), outcome: z.literal('unreadable'), reason: z.string() }),
  z.strictObject({ id: z.string(), outcome: z.literal('cut'), bytes: count }),
  z.strictObject({ id: z.string(), outcome: z.literal('gone') }),
]);
export const quarantineRetried = z
  .strictObject({ taken: count, unreadable: count, cut: count, gone: count, entries: z.array(retried) })
  .meta({ id: 'QuarantineRetried' });
export const quarantineDropped = z.strictObject({ dropped: count }).meta({ id: 'QuarantineDropped' });
