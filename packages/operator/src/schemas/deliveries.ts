/** Deliveries, in a list and one in full; dead-lettered ones with the reason. */
import { REASONS } from '@longshore/event';
import { DELIVERY_STATES } from '@longshore/queue/deliveries';
import { z } from 'zod';
import { count, describeValues, listOf, time } from './parts.js';

const reason = z.string().meta({
  id: 'Reason',
  description: `\`http_\` and the status, or one of ${describeValues(REASONS)}.`,
});

const view = z.strictObject({
  action: z.string(),
  repository: z.string().optional(),
  tag: z.string().optional(),
  digest: z.string().optional(),
  mediaType: z.string().optional(),
});

const event = z
  .strictObject({
    id: z.string(),
    source: z.string(),
    kind: z.string(),
    nativeType: z.string(),
    receivedAt: time,
    view,
  })
  .meta({ id: 'Event', description: 'Absent when this version cannot read the stored delivery.' });

const lastAnswer = z
  .strictObject({
    attempt: count,
    at: z.string(),
    status: z.int().optional(),
    reason,
    detail: z.string().optional(),
    body: z.string().optional(),
  })
  .meta({ id: 'LastAnswer', description: 'The last failed attempt and the response to it.' });

const ofDelivery = {
  id: z.string().meta({ description: 'Sent to the receiver as `Idempotency-Key`.' }),
  endpoint: z.string(),
  attempts: count,
  event: event.optional(),
  bytes: count,
};

/** Only in the answer for one delivery. */
const content = {
  last: lastAnswer.optional(),
  contentType: z.string().optional(),
  payload: z.unknown().optional().meta({ description: 'The event as it is delivered.' }),
  payloadText: z.string().optional().meta({
    description: 'Its exact JSON text, when it holds numbers with more digits than JavaScript keeps.',
  }),
  raw: z.string().optional().meta({ description: 'The stored data, when this version cannot read it.' }),
};

const delivery = z.strictObject({
  ...ofDelivery,
  state: z.enum(DELIVERY_STATES),
  at: time
    .optional()
    .meta({ description: 'When it was settled; for a delayed delivery, the time of its next attempt.' }),
  failed: z.string().optional().meta({ description: 'The result of the last attempt, when it failed.' }),
  ignored: z.string().optional().meta({ description: 'The rule by which it was ignored.' }),
});
/** A page of deliveries. */
export const deliveries = listOf(delivery.meta({ id: 'Delivery' }));
/** One delivery. */
export const deliveryDetail = delivery.extend(content).meta({ id: 'DeliveryDetail' });

const dead = z.strictObject({
  ...ofDelivery,
  deadAt: time,
  reason,
  status: z.int().optional(),
  detail: z.string().optional(),
});
/** A page of dead-lettered deliveries. */
export const deadLetters = listOf(dead.meta({ id: 'DeadLetter' }));
/** One dead-lettered delivery. */
export const deadLetterDetail = dead.extend(content).meta({ id: 'DeadLetterDetail' });

/** Dead-lettered deliveries by cause. */
export const deadGroups = z
  .strictObject({
    groups: z.array(
      z.strictObject({
        key: z.string().meta({ description: 'Selects the group: the parameter `group`.' }),
        endpoint: z.string(),
        reason,
        answer: z.string().meta({ description: 'First line of the newest answer, or the failure in words.' }),
        count,
        newestAt: time,
        oldestAt: time,
      }),
    ),
    looked: count.meta({ description: 'Deliveries that were counted.' }),
    more: z.boolean().meta({ description: 'There are more than were counted.' }),
  })
  .meta({ id: 'DeadGroups' });
