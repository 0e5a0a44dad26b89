/** An endpoint: its state, its numbers and its settings. */
import { ENDPOINT_STATES } from '@longshore/queue/pulse';
import { z } from 'zod';
import { count, time } from './parts.js';

const pause = z
  .strictObject({ since: time.optional(), by: z.string().optional(), reason: z.string().optional() })
  .meta({ description: 'Present while an operator pauses it. Empty when it was paused by other means.' });

/** One endpoint. */
export const endpoint = z
  .strictObject({
    name: z.string(),
    configured: z
      .boolean()
      .meta({ description: 'false: it was removed from the configuration; its deliveries are kept.' }),
    kind: z.string().optional(),
    url: z.string().optional().meta({ description: 'Without secrets.' }),
    insecure: z.boolean().optional().meta({
      description:
        'true: a certificate is not checked (`tls.insecure`), of the receiver or of another server.',
    }),
    hold: z
      .strictObject({
        state: z.enum(['held', 'recovering']),
        since: time,
        reason: z.string(),
        detail: z.string().optional(),
        probeAt: time.optional().meta({ description: 'When the next probe is due.' }),
        until: time.optional().meta({ description: 'The receiver asked for a pause until then.' }),
        revived: count
          .optional()
          .meta({ description: 'Dead letters of this outage delivered again so far.' }),
      })
      .optional()
      .meta({ description: 'Present while the endpoint is held, or recovers from a hold.' }),
    state: z.strictObject({ name: z.enum(ENDPOINT_STATES), words: z.string() }),
    disabled: z.boolean(),
    pausedByConfig: z
      .boolean()
      .meta({ description: '`paused: true` in the configuration; only a change there resumes it.' }),
    pause: pause.optional(),
    waiting: count,
    active: count,
    delayed: count,
    dead: count,
    rate: z.number().meta({ description: 'Deliveries a minute that succeeded, over the last five minutes.' }),
    oldestAt: time.optional().meta({ description: 'When the oldest undelivered event was received.' }),
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
