/** Deliveries: in a list, and one in full; the dead with why. */
import { DELIVERY_STATES } from '@longshore/queue/operator';
import { z } from 'zod';
import { count, listOf, time } from './parts.js';

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
  .meta({ id: 'Event', description: 'Absent when this version cannot read what is stored.' });

const lastAnswer = z
  .strictObject({
    attempt: count,
    at: z.string(),
    status: z.int().optional(),
    reason: z.string(),
    detail: z.string().optional(),
    body: z.string().optional(),
  })
  .meta({ id: 'LastAnswer', description: 'The last failed attempt and what was answered.' });

const ofDelivery = {
  id: z.string().meta({ description: 'Also the receiver’s `Idempotency-Key`.' }),
  endpoint: z.string(),
  attempts: count,
  event: event.optional(),
  bytes: count,
};

/** What is only in the answer for one delivery. */
const content = {
  last: lastAnswer.optional(),
  contentType: z.string().optional(),
  payload: z.unknown().optional().meta({ description: 'The event, as it is delivered.' }),
  payloadText: z.string().optional().meta({
    description: 'Its exact JSON text, where numbers in it have more digits than JavaScript keeps.',
  }),
  raw: z.string().optional().meta({ description: 'What is stored, when this version cannot read it.' }),
};

const delivery = z.strictObject({
  ...ofDelivery,
  state: z.enum(DELIVERY_STATES),
  at: time.optional().meta({ description: 'When it was settled; of a delayed one, its next attempt.' }),
  failed: z.string().optional().meta({ description: 'What its last attempt came to.' }),
  ignored: z.string().optional().meta({ description: 'The rule that kept it from its receiver.' }),
});
export const deliveries = listOf(delivery.meta({ id: 'Delivery' }));
export const deliveryDetail = delivery.extend(content).meta({ id: 'DeliveryDetail' });

const dead = z.strictObject({
  ...ofDelivery,
  deadAt: time,
  reason: z.string(),
  status: z.int().optional(),
  detail: z.string().optional(),
});
export const deadLetters = listOf(dead.meta({ id: 'DeadLetter' }));
export const deadDetail = dead.extend(content).meta({ id: 'DeadLetterDetail' });
