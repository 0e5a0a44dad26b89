/** Events that a relay has had: one by its id, or the newest ones. From the archive, else from the trail and the queues. */
import {
  ACTIONS,
  type Delivery,
  EVENTS_V2,
  excerpt,
  type History,
  IMAGE_ACTIONS,
  LongshoreError,
  PULL_ACTIONS,
  type ReceivedEntry,
  takenOf,
} from '@longshore/event';
import type { Deliveries } from '@longshore/queue/deliveries';
import type { OperatorArchive } from '../replay/port.js';
import type { FoundEvent } from './port.js';

/** Where events are looked for. */
export interface EventDeps {
  /** Absent: the configuration has no `archive`. */
  archive?: { events: Pick<OperatorArchive['events'], 'latest' | 'find'> } | undefined;
  history: Pick<History, 'find' | 'latest'>;
  deliveries: Pick<Deliveries, 'find'>;
}

/** How many events are tried at once, at most. */
export const MOST_EVENTS = 10_000;

/** Bodies in the queues that are read at once. */
const AT_ONCE = 50;

/**
 * The newest first. Without an archive: as long as `retention.trail` keeps them.
 * @param receipts true: what became of each is wanted, which the trail knows
 * @throws LongshoreError QUEUE_UNAVAILABLE, ARCHIVE_UNAVAILABLE
 */
export async function latestEvents(
  { archive, history, deliveries }: EventDeps,
  limit: number,
  receipts = false,
): Promise<FoundEvent[]> {
  if (archive && !receipts) {
    const rows = await archive.events.latest(limit);
    return rows.flatMap(({ taken }) => (taken ? [{ taken, from: 'archive' as const }] : []));
  }
  const entries = await history.latest(limit);
  const found: FoundEvent[] = [];
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    const some = entries.slice(at, at + AT_ONCE);
    found.push(...(await Promise.all(some.map((entry) => ofReceipt(entry, deliveries)))));
  }
  return found;
}

/**
 * @param id of an event or of a delivery
 * @throws LongshoreError REQUEST_NOT_FOUND, QUEUE_UNAVAILABLE, ARCHIVE_UNAVAILABLE
 */
export async function eventOfId(
  { archive, history, deliveries }: EventDeps,
  id: string,
): Promise<FoundEvent> {
  const delivery = await deliveries.find(id);
  if (delivery?.delivery) return ofDelivery(delivery.delivery);
  const { trails } = await history.find({ search: id, limit: 1 });
  const eventId = trails.find((trail) => trail.eventId !== undefined)?.eventId ?? delivery?.event?.id ?? id;
  const archived = await archive?.events.find(eventId);
  if (archived?.taken) return { taken: archived.taken, from: 'archive' };
  for (const one of trails.flatMap((trail) => trail.deliveries)) {
    const kept = await deliveries.find(one.id, one.endpoint);
    if (kept?.delivery) return ofDelivery(kept.delivery);
  }
  const steps = trails.flatMap((trail) => trail.steps);
  const received = steps.find((step): step is ReceivedStep => step.step === 'received');
  if (received)
    return ofReceipt({ ...received, at: Date.parse(String(received.at)) } as ReceivedEntry, deliveries);
  throw new LongshoreError(
    'REQUEST_NOT_FOUND',
    `no event or delivery ${excerpt(id)} in the queues, the trail or the archive; write an event’s id, a delivery’s id or the name of a file`,
  );
}

type ReceivedStep = Extract<
  Awaited<ReturnType<History['find']>>['trails'][number]['steps'][number],
  { step: 'received' }
>;

const ofDelivery = (delivery: Delivery): FoundEvent => ({ taken: takenOf(delivery), from: 'queue' });

/** With the body of a delivery that has not ended, else of what the trail knows. */
async function ofReceipt(entry: ReceivedEntry, deliveries: EventDeps['deliveries']): Promise<FoundEvent> {
  const { planned, ignored } = entry;
  const receipt = { planned: planned.map(({ endpoint }) => endpoint), ignored };
  for (const { deliveryId, endpoint } of planned) {
    const kept = await deliveries.find(deliveryId, endpoint);
    if (kept?.delivery) return { ...ofDelivery(kept.delivery), receipt };
  }
  return { taken: rebuilt(entry), from: 'history', receipt };
}

function rebuilt({
  eventId,
  source,
  kind,
  nativeType,
  view,
  actor,
  at,
  dedupe,
}: ReceivedEntry): FoundEvent['taken'] {
  const { action, ...target } = view;
  const timestamp = new Date(at).toISOString();
  const payload = {
    event: { id: eventId, timestamp, action, target, ...(actor && { actor: { name: actor } }) },
  };
  const stored = { id: '', endpoint: '', eventId, class: classOf(action), nativeType, view, payload };
  return takenOf({
    ...stored,
    source,
    kind,
    receivedAt: at,
    contentType: EVENTS_V2,
    ...(dedupe && { dedupe }),
  });
}

/** The trail does not keep the class. */
function classOf(action: string): Delivery['class'] {
  if ((ACTIONS as readonly string[]).includes(action)) return 'event';
  if ((IMAGE_ACTIONS as readonly string[]).includes(action)) return 'image';
  return (PULL_ACTIONS as readonly string[]).includes(action) ? 'pull' : 'other';
}
