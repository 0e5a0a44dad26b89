/** The two passes over the trail: whom does the search find, and what else is there about them. */
import type { GapEntry, HistoryEntry } from '@longshore/event';
import type { EventEntry } from './group.js';
import type { TrailLog } from './log.js';
import { term } from './terms.js';

/** Ids of what a search found. */
export interface Subjects {
  events: Set<string>;
  deliveries: Set<string>;
  quarantined: Set<string>;
}

/** Those that were last heard of come first; more of them than `most` are not looked for. */
export async function subjectsOf(
  log: TrailLog,
  terms: ReadonlySet<number>,
  concerns: (entry: HistoryEntry) => boolean,
  most: number,
): Promise<Subjects> {
  const found: Subjects = { events: new Set(), deliveries: new Set(), quarantined: new Set() };
  for await (const entries of log.having(terms)) {
    for (const entry of entries.toReversed()) {
      if (!concerns(entry)) continue;
      add(found, entry);
      if (found.events.size + found.quarantined.size >= most) return found;
    }
  }
  return found;
}

function add({ events, deliveries, quarantined }: Subjects, entry: HistoryEntry): void {
  if (entry.step === 'gap') return;
  if (entry.step === 'quarantined' || entry.step === 'unquarantined') quarantined.add(entry.quarantineId);
  else if (entry.eventId !== undefined) events.add(entry.eventId);
  if ('deliveryId' in entry) deliveries.add(entry.deliveryId);
}

/** Every entry about them, in no order. */
export async function about(log: TrailLog, subjects: Subjects): Promise<EventEntry[]> {
  const terms = new Set([
    ...Array.from(subjects.events, term.event),
    ...Array.from(subjects.deliveries, term.delivery),
    ...Array.from(subjects.quarantined, term.quarantine),
  ]);
  const found: EventEntry[] = [];
  if (terms.size === 0) return found;
  for await (const entries of log.having(terms)) {
    for (const entry of entries) if (entry.step !== 'gap' && isAbout(entry, subjects)) found.push(entry);
  }
  return found;
}

function isAbout(entry: EventEntry, { events, deliveries, quarantined }: Subjects): boolean {
  if (entry.step === 'quarantined' || entry.step === 'unquarantined')
    return quarantined.has(entry.quarantineId);
  if (entry.eventId !== undefined && events.has(entry.eventId)) return true;
  return 'deliveryId' in entry && deliveries.has(entry.deliveryId);
}

/** What is noted of missing entries, as each process noted it. */
export async function gapsIn(log: TrailLog): Promise<GapEntry[]> {
  const found: GapEntry[] = [];
  for await (const entries of log.having(new Set([term.gap()]))) {
    found.push(...entries.filter((entry) => entry.step === 'gap'));
  }
  return found;
}
