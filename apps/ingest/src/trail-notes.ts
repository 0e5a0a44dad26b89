/** What the trail is told of a request, once all of it is durable. */
import { viewOf } from '@longshore/event';
import type { Enqueued } from '@longshore/queue';
import type { PlannedDelivery, TrailWriter } from '@longshore/queue/operator';
import type { RawRequest } from '@longshore/sources';
import type { Kept } from './keep.js';
import type { EventPlan } from './route.js';

/** A request that was kept before it was taken; milliseconds. */
const MUCH_LATER = 5_000;

/** @param enqueued one for each delivery of the plans, in their order */
export function noteReceived(
  trail: Pick<TrailWriter, 'note'>,
  raw: RawRequest,
  plans: readonly EventPlan[],
  enqueued: readonly Enqueued[],
): void {
  const now = Date.now();
  const takenAt = now - raw.receivedAt > MUCH_LATER ? { takenAt: now } : {};
  let next = 0;
  for (const { taken, deliveries, ignored } of plans) {
    const { event, source, kind, dedupe } = taken;
    const planned: PlannedDelivery[] = [];
    const kept = [...ignored] as { endpoint: string; rule: string }[];
    for (const { endpoint, id: deliveryId } of deliveries) {
      const { duplicate, collapsedInto } = enqueued[next++] ?? {};
      if (collapsedInto) kept.push({ endpoint, rule: `collapse, told by delivery ${collapsedInto}` });
      else planned.push({ endpoint, deliveryId, ...(duplicate && { known: true }) });
    }
    trail.note({
      step: 'received',
      at: raw.receivedAt,
      ...takenAt,
      source,
      kind,
      eventId: event.id,
      ...(dedupe !== undefined && { dedupe }),
      nativeType: event.nativeType,
      view: viewOf(event),
      ...(raw.remote !== undefined && { remote: raw.remote }),
      ...(event.actor?.name && { actor: event.actor.name }),
      planned,
      ignored: kept,
    });
  }
}

/** What had to make room for an entry is noted too. */
export function noteQuarantined(
  trail: Pick<TrailWriter, 'note'>,
  { remote, receivedAt: at }: RawRequest,
  kept: readonly Kept[],
): void {
  for (const { evicted, ...entry } of kept) {
    trail.note({ step: 'quarantined', at, ...entry, ...(remote !== undefined && { remote }) });
    for (const quarantineId of evicted) {
      trail.note({ step: 'unquarantined', at, quarantineId, outcome: 'evicted' });
    }
  }
}
