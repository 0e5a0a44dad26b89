/** The message of an alert, as it is stored in the event of the alert: its member `body`. */
import type { Delivery } from '@longshore/event';
import { z } from 'zod';

const alertMessage = z.object({
  /** Which condition. */
  alert: z.string(),
  /** Absent for an alert about the relay as a whole. */
  endpoint: z.string().optional(),
  state: z.enum(['firing', 'resolved']),
  summary: z.string(),
  /** ISO 8601. */
  since: z.string(),
  at: z.string(),
  /** What to do now; absent when it is over. */
  next: z.string().optional(),
  runbook: z.string(),
  details: z.record(z.string(), z.unknown()),
});

/** Every field of an alert. */
export type AlertMessage = z.output<typeof alertMessage>;

const payload = z.object({ body: alertMessage });

/** The message in a delivery; undefined when it is no alert, or one that this version cannot read. */
export const alertIn = ({ payload: { event } }: Delivery): AlertMessage | undefined =>
  payload.safeParse(event).data?.body;
