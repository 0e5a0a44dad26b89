/** Reads notes as the leader does. */
import type { RedisClient } from '../connection.js';
import type { JournalEntry } from '../operate/journal.js';
import type { CountedNotes } from '../operate/journal-reader.js';
import { createJournalReader } from '../operate/journal-reader.js';

/** Knows no notes but those of this package. */
export const readerOf = (client: RedisClient, prefix: string) =>
  createJournalReader<never>(client, prefix, (_): _ is never => false);

/** All notes of these lists, which are empty then. */
export async function takeNotes(
  client: RedisClient,
  prefix: string,
  lists: readonly string[],
): Promise<(JournalEntry | CountedNotes)[]> {
  const reader = readerOf(client, prefix);
  const taken: (JournalEntry | CountedNotes)[] = [];
  for (const list of lists) {
    for (let next = 'more'; next === 'more'; ) {
      const page = await reader.read(list);
      taken.push(...page.notes.flatMap(({ entry }) => entry ?? []));
      await page.remove(page.notes.length);
      next = page.next;
    }
  }
  return taken;
}
