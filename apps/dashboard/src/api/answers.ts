/** What the API answers, as schemas: the types of its handlers, the tests and the OpenAPI document are made of them. */
import { DELIVERY_STATES, ENDPOINT_STATES } from '@longshore/queue/operator';
import { z } from 'zod';

const time = z.iso.datetime().meta({ description: 'ISO 8601, UTC.' });
const count = z.int().min(0);

/** What every error is answered with. */
export const problem = z
  .strictObject({
    error: z.string().meta({ description: 'Code; docs/reference/errors.md explains each.' }),
    message: z.string().meta({ description: 'What is wrong and what to do next.' }),
  })
  .meta({ id: 'Problem' });

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

const pause = z
  .strictObject({ since: time.optional(), by: z.string().optional(), reason: z.string().optional() })
  .meta({ description: 'When an operator has paused it. Empty when it was paused by other means.' });

export const endpoint = z
  .strictObject({
    name: z.string(),
    configured: z
      .boolean()
      .meta({ description: 'false: it left the configuration; its deliveries are kept.' }),
    kind: z.string().optional(),
    url: z.string().optional().meta({ description: 'Without secrets.' }),
    state: z.strictObject({ name: z.enum(ENDPOINT_STATES), words: z.string() }),
    disabled: z.boolean(),
    pausedByConfig: z
      .boolean()
      .meta({ description: '`paused: true` in the configuration: only that resumes it.' }),
    pause: pause.optional(),
    waiting: count,
    active: count,
    delayed: count,
    dead: count,
    rate: z.number().meta({ description: 'Deliveries a minute that arrived, over the last minutes.' }),
    oldestAt: time
      .optional()
      .meta({ description: 'When the oldest that is not delivered yet was received.' }),
    newestDeadAt: time.optional(),
    lastDeliveredAt: time.optional(),
    lastFailedAt: time.optional(),
    failingSince: time.optional(),
    failures: count,
    lastError: z
      .strictObject({
        at: time,
        attempt: count,
        status: z.int().optional(),
        reason: z.string(),
        detail: z.string().optional(),
      })
      .optional(),
    minutes: z.array(z.strictObject({ at: time, delivered: count, failed: count })),
    settings: z
      .strictObject({
        timeout: z.number(),
        threshold: z.number(),
        backoff: z.number(),
        maxbackoff: z.number(),
        schedule: z.array(z.number()),
        concurrency: z.number(),
        accept: z.array(z.string()),
        ignore: z.record(z.string(), z.array(z.string())),
      })
      .optional()
      .meta({ description: 'Times in milliseconds.' }),
  })
  .meta({ id: 'Endpoint' });

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

function listOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item),
    next: z
      .string()
      .optional()
      .meta({ description: 'Cursor of the next page (`after`); absent on the last.' }),
  });
}
