/** What makes two entries of the history the same entry, wherever each of them was read. */
import type { HistoryEntry } from './history.js';

/** Its JSON, with the members of each object in the order of their names and without those that are undefined. */
export const entryKey = (entry: HistoryEntry): string => JSON.stringify(entry, sorted);

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
