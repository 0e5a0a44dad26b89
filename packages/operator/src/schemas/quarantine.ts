/** Requests that could not be parsed, and the result of a retry. */
import { z } from 'zod';
import { count, listOf, time } from './parts.js';

const quarantined = z.strictObject({
  id: z.string(),
  source: z.string(),
  kind: z.string(),
  reason: z.string(),
  receivedAt: time,
  path: z.string(),
  bytes: count.meta({ description: 'Size of the body as it was sent.' }),
  cut: z
    .boolean()
    .meta({ description: 'Only the first part of the body was kept, so it cannot be retried.' }),
});
/** A page of quarantined requests. */
export const quarantine = listOf(quarantined.meta({ id: 'Quarantined' }));
/** One quarantined request. */
export const quarantinedDetail = quarantined
  .extend({
    body: z.string().optional().meta({ description: 'The stored body, when it is text.' }),
    bodyBase64: z.string().optional().meta({ description: 'The stored body, when it is binary.' }),
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
/** The result of a retry. */
export const quarantineRetried = z
  .strictObject({ taken: count, unreadable: count, cut: count, gone: count, entries: z.array(retried) })
  .meta({ id: 'QuarantineRetried' });
/** The result of a deletion. */
export const quarantineDropped = z.strictObject({ dropped: count }).meta({ id: 'QuarantineDropped' });
