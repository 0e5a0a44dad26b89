/** Records what the queue reports of an endpoint's hold: each change in one process of all, once. */
import type { Observer } from '@longshore/observe';
import { z } from 'zod';

const count = z.number();
/** What the queue's reports say; one of another gate is none of these. */
const schema = z.discriminatedUnion('what', [
  z.object({
    what: z.literal('held'),
    reason: z.string().default('error'),
    detail: z.string().optional(),
    waiting: count.optional(),
    probeAt: count.optional(),
    until: count.optional(),
  }),
  z.object({ what: z.literal('holding'), heldMs: count }),
  z.object({ what: z.literal('answered'), heldMs: count }),
  z.object({
    what: z.literal('recovered'),
    ms: count,
    heldMs: count.default(0),
    waited: count,
    revived: count,
    reason: z.string().optional(),
  }),
  z.object({
    what: z.literal('released'),
    ms: count,
    heldMs: count,
    reason: z.string().optional(),
  }),
]);

type HoldReport = z.infer<typeof schema>;

type HoldObserver = Pick<
  Observer,
  'endpointHeld' | 'endpointRecovered' | 'endpointReleased' | 'endpointHeldFor'
>;

/** Records a report if it is one of a hold. Never throws. */
export function recordHold(observer: HoldObserver, endpoint: string, report: object): void {
  const read = schema.safeParse(report);
  if (!read.success) return;
  const { heldMs = 0 } = 'heldMs' in read.data ? read.data : {};
  if (heldMs > 0) observer.endpointHeldFor(endpoint, heldMs);
  record(observer, endpoint, read.data);
}

function record(observer: HoldObserver, endpoint: string, report: HoldReport): void {
  switch (report.what) {
    case 'held': {
      const { what: _what, ...fields } = report;
      observer.endpointHeld({ endpoint, ...fields });
      return;
    }
    case 'recovered': {
      const { ms: heldMs, waited, revived, reason } = report;
      observer.endpointRecovered({ endpoint, heldMs, waited, revived, reason });
      return;
    }
    case 'released': {
      const detail =
        'the hold ended without an answer of the receiver: deliveries are attempted again, and dead-lettered; repair the receiver or correct its url';
      observer.endpointReleased({ endpoint, heldMs: report.ms, reason: report.reason, detail });
      return;
    }
    default:
  }
}
