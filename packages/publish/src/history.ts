/** What the history keeps of events that are published: where each one went, for `longshore trace`. */
import { type HistoryWriter, viewOf } from '@longshore/event';
import type { PublishContext } from './context.js';
import { type Stored, supersededIn } from './stored.js';

/** Events that became durable later than this after their receipt were kept somewhere else first. */
const KEPT_AFTER_MS = 5_000;

/** To be called once what it says is durable. */
export function noteReceived(
  history: HistoryWriter,
  { events }: Stored,
  { receivedAt, remote, by }: PublishContext,
): void {
  const now = Date.now();
  const takenAt = now - receivedAt > KEPT_AFTER_MS ? { takenAt: now } : {};
  for (const { taken, ignored, enqueued } of events) {
    const { event, source, kind, dedupe } = taken;
    const made = enqueued.filter(({ collapsedInto }) => collapsedInto === undefined);
    const collapsed = enqueued.filter(({ collapsedInto }) => collapsedInto !== undefined);
    history.note({
      step: 'received',
      at: receivedAt,
      ...takenAt,
      source,
      kind,
      eventId: event.id,
      ...(dedupe !== undefined && { dedupe }),
      nativeType: event.nativeType,
      view: viewOf(event),
      ...(remote !== undefined && { remote }),
      ...(event.actor?.name && { actor: event.actor.name }),
      ...(by !== undefined && { by }),
      planned: made.map(({ delivery, duplicate }) => ({
        endpoint: delivery.endpoint,
        deliveryId: delivery.id,
        ...(duplicate && { known: true }),
      })),
      ignored: [
        ...ignored,
        ...collapsed.map(({ delivery, collapsedInto }) => ({
          endpoint: delivery.endpoint,
          rule: `collapse, same as delivery ${collapsedInto}`,
        })),
      ],
    });
    for (const one of enqueued) {
      for (const { by, ...of } of supersededIn(one)) {
        const { endpoint } = one.delivery;
        const settled = { step: 'settled', outcome: 'superseded', supersededBy: by } as const;
        history.note({ ...settled, at: now, endpoint, source, ...of });
      }
    }
  }
}
