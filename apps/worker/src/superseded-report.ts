/** Records what the queue reports as superseded when it waits again: after an attempt, or a crash. */
import { z } from 'zod';
import type { ReportParts } from './report.js';

const schema = z.object({
  what: z.literal('superseded'),
  deliveryId: z.string(),
  eventId: z.string().optional(),
  by: z.string(),
});

/** Records a report if it is one of these. Never throws. */
export function recordSuperseded(
  { observer, trail }: Pick<ReportParts, 'observer' | 'trail'>,
  endpoint: string,
  report: object,
): void {
  const read = schema.safeParse(report);
  if (!read.success) return;
  const { deliveryId, eventId, by } = read.data;
  const of = { endpoint, deliveryId, eventId };
  observer.deliverySuperseded({ ...of, by });
  trail.note({ step: 'settled', outcome: 'superseded', at: Date.now(), ...of, supersededBy: by });
}
