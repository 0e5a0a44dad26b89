/** Which entries are about the same event. Pure. */
import type { GapEntry, HistoryEntry, ReceivedEntry } from '@longshore/event';

/** Any entry that is about something. */
export type EventEntry = Exclude<HistoryEntry, GapEntry>;

/**
 * The entries of each event, or of each body that could not be read, in the order in which they happened. A receipt
 * names its deliveries, so what happened to these belongs to it. Deliveries whose receipt is not there belong together
 * when event and source are the same.
 */
export function group(entries: readonly EventEntry[]): EventEntry[][] {
  const groups = new Map<string, EventEntry[]>();
  const ofDelivery = new Map<string, string>();
  for (const entry of entries) {
    if (entry.step !== 'received') continue;
    for (const { deliveryId } of entry.planned) ofDelivery.set(deliveryId, keyOfReceipt(entry));
  }
  for (const entry of entries) {
    const key = keyOf(entry, ofDelivery);
    const known = groups.get(key);
    if (known) known.push(entry);
    else groups.set(key, [entry]);
  }
  return Array.from(groups.values(), (own) => own.sort((a, b) => a.at - b.at || rank(a) - rank(b)));
}

const keyOfReceipt = ({ source, eventId, dedupe = eventId }: ReceivedEntry): string =>
  JSON.stringify([source, eventId, dedupe]);

function keyOf(entry: EventEntry, ofDelivery: ReadonlyMap<string, string>): string {
  if (entry.step === 'received') return keyOfReceipt(entry);
  if (entry.step === 'quarantined' || entry.step === 'unquarantined') return entry.quarantineId;
  const { deliveryId, source, eventId } = entry;
  const own =
    eventId === undefined || source === undefined ? deliveryId : JSON.stringify([source, eventId, eventId]);
  return ofDelivery.get(deliveryId) ?? own;
}

const RANK: Partial<Record<HistoryEntry['step'], number>> = { received: 0, quarantined: 0, settled: 2 };

/** Of what happened in one millisecond the receipt was first. */
const rank = ({ step }: EventEntry): number => RANK[step] ?? 1;
