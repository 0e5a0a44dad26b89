/** The two passes over a log, that of the trail or of the archive: whom does the search find, and what else is there about them. */
import {
  entryKey,
  type GapEntry,
  type HistoryEntry,
  type HistoryLog,
  type HistoryTerms,
} from '@longshore/event';
import type { EventEntry } from './group.js';

/** Ids of what a search found. */
export interface Subjects {
  events: Set<string>;
  deliveries: Set<string>;
  quarantined: Set<string>;
}

/** Those that were last heard of come first; more of them than `most` are not looked for. */
export async function subjectsOf(
  log: HistoryLog,
  terms: HistoryTerms,
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

/** What either of them has found. */
export const inEither = (a: Subjects, b: Subjects): Subjects => ({
  events: new Set([...a.events, ...b.events]),
  deliveries: new Set([...a.deliveries, ...b.deliveries]),
  quarantined: new Set([...a.quarantined, ...b.quarantined]),
});

function add({ events, deliveries, quarantined }: Subjects, entry: HistoryEntry): void {
  if (entry.step === 'gap') return;
  if (entry.step === 'quarantined' || entry.step === 'unquarantined') quarantined.add(entry.quarantineId);
  else if (entry.eventId !== undefined) events.add(entry.eventId);
  if ('deliveryId' in entry) deliveries.add(entry.deliveryId);
}

/** Every entry about them, in no order. */
export async function about(log: HistoryLog, subjects: Subjects): Promise<EventEntry[]> {
  const [events, deliveries, quarantined] = [
    [...subjects.events],
    [...subjects.deliveries],
    [...subjects.quarantined],
  ];
  const terms = { events, deliveries, quarantined };
  const found: EventEntry[] = [];
  if (events.length + deliveries.length + quarantined.length === 0) return found;
  for await (const entries of log.having(terms)) {
    for (const entry of entries) if (entry.step !== 'gap' && isAbout(entry, subjects)) found.push(entry);
  }
  return found;
}

/** An entry that is in the trail and in the archive is one. */
export function distinct<Entry extends HistoryEntry>(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [entryKey(entry), entry])).values()];
}

function isAbout(entry: EventEntry, { events, deliveries, quarantined }: Subjects): boolean {
  if (entry.step === 'quarantined' || entry.step === 'unquarantined')
    return quarantined.has(entry.quarantineId);
  if (entry.eventId !== undefined && events.has(entry.eventId)) return true;
  return 'deliveryId' in entry && deliveries.has(entry.deliveryId);
}

/** What is noted of missing entries, as each process noted it. */
export async function gapsIn(log: HistoryLog): Promise<GapEntry[]> {
  const found: GapEntry[] = [];
  for await (const entries of log.having({ gaps: true })) {
    found.push(...entries.filter((entry) => entry.step === 'gap'));
  }
  return found;
}
