/**
 * Notes of the journal for the worker that records them, in pages. A page is removed when it is recorded. A process
 * that is killed before leaves it to its successor, which records it two minutes later: no note is lost, and those of
 * one page may be recorded twice. One that was only stopped for less than that finishes its page, or lets it go.
 */
import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import { z } from 'zod';
import { coalesce, type RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { runScript } from '../script.js';
import { asJson } from '../stored-json.js';
import { withEvent } from './hold-notes.js';
import { type JournalEntry, markedKey, NOTE_VERSION, type NoteKind, noteKey, noteKeys } from './journal.js';
import { ADOPT_NOTES, READ_NOTES, REMOVE_NOTES } from './journal-scripts.js';

/** Notes that were only counted, because too many waited. */
export interface CountedNotes {
  what: 'counted';
  of: NoteKind;
  endpoint: string;
  by: string;
  count: number;
}

/** One stored note, or a count. */
export interface StoredNote<Other extends { what: string }> {
  /** Undefined when what is stored is no note. */
  entry?: JournalEntry<Other> | CountedNotes;
  /** As it is stored. */
  stored: string;
}

/** The oldest notes of one list, in order. No other reader has them for two minutes. */
export interface NotesPage<Other extends { what: string }> {
  notes: StoredNote<Other>[];
  /**
   * `more`: another page is there. `newer`: the next note is of a newer version, and is left to it. `held`: another
   * process reads the list, or was killed while it did.
   */
  next: 'end' | 'more' | 'newer' | 'held';
  /**
   * To be called when the first `count` of them are recorded; the rest is another reader's then. Once more has no
   * effect. Rejects with Redis' error.
   */
  remove(count: number): Promise<unknown>;
}

/** For the leader alone; rejects with Redis' error. A list is that of an endpoint, or `''` for the notes about no endpoint. */
export interface JournalReader<Other extends { what: string }> {
  /** Lists that were written to since the last call. The mark of a list can get lost: see {@link unread}. */
  marked(): Promise<string[]>;
  /** Of all endpoints those whose list is not empty, also without a mark. */
  unread(endpoints: readonly string[]): Promise<string[]>;
  /** Whether {@link unread} sends a command for each endpoint, as to a Cluster, instead of one for all. */
  readonly asksEach: boolean;
  /** The same page again for the same reader, until it is removed. */
  read(list: string): Promise<NotesPage<Other>>;
  /**
   * Leaves the list to other readers, if this one has a page of it, or may have one: the answer to {@link read} got
   * lost. Rejects with Redis' error.
   */
  letGo(list: string): Promise<unknown>;
}

const PAGE = 100;
/** Longer than a process is stopped for, as by a debugger or a machine that is moved. */
const HELD_MS = 120_000;
const MARKS = 1_000;
/** Of an earlier version's notes, at once. */
const ADOPTED = 5_000;

const text = z.string();
const delivery = z.object({
  what: z.enum(['replayed', 'dropped', 'expired']),
  at: z.number(),
  by: text,
  endpoint: text,
  deliveryId: text,
  ...{ eventId: text.optional(), source: text.optional(), action: text.optional() },
  ...{ repository: text.optional(), tag: text.optional() },
  attempts: z.number(),
  reason: text,
});
const unquarantined = z.object({
  what: z.literal('unquarantined'),
  at: z.number(),
  ...{ by: text, quarantineId: text, source: text, reason: text },
  outcome: z.enum(['replayed', 'dropped']),
});
const acted = z.object({
  what: z.literal('acted'),
  at: z.number(),
  ...{ by: text, actor: text, kind: text, role: text, addr: text.optional(), action: text },
  ...{ endpoint: text.optional(), filter: text.optional(), count: z.number().optional() },
  result: z.enum(['started', 'done', 'stopped', 'failed']),
});
const own = z.discriminatedUnion('what', [delivery, unquarantined, acted]);
const versioned = z.looseObject({ v: z.number() });
const anyNote = z.looseObject({ what: text });
const group = z.tuple([z.enum(['replayed', 'dropped', 'expired']), text]);
const reply = z.tuple([z.array(text), z.array(text), z.number()]);

/** One reader for each process. @param isOther knows the notes of `Other` */
export function createJournalReader<Other extends { what: string }>(
  client: RedisClient,
  prefix: string,
  isOther: (note: { what: string }) => note is Other,
): JournalReader<Other> {
  const self = randomUUID();
  const keysOf = (list: string): [notes: string, counts: string, aside: string, earlier: string] => {
    const endpoint = list || undefined;
    const earlier = endpoint ? noteKey(prefix, endpoint, 'journal') : storeKey(prefix, 'journal', 'entries');
    return [...noteKeys(prefix, endpoint), noteKey(prefix, endpoint, 'note-counts-read'), earlier];
  };
  const holderOf = (list: string): string => noteKey(prefix, list || undefined, 'note-reader');
  const asksEach = client instanceof Cluster;
  const existing = async (lists: readonly string[]): Promise<string[]> => {
    // One command for all of them: almost always there is nothing.
    if (!asksEach && (await client.exists(...lists.flatMap(keysOf))) === 0) return [];
    coalesce(client);
    const found = await Promise.all(lists.map((list) => client.exists(...keysOf(list))));
    return lists.filter((_, index) => (found[index] ?? 0) > 0);
  };

  /** @param recorded of the list how many, the first of them, then group and count of others in turns */
  const remove = (list: string, ...recorded: (string | number)[]): Promise<unknown> => {
    const [notes, , aside] = keysOf(list);
    return runScript(client, REMOVE_NOTES, [notes, aside, holderOf(list)], [self, ...recorded]);
  };

  return {
    asksEach,
    marked: () => client.spop(markedKey(prefix), MARKS),
    async unread(endpoints) {
      const lists = await existing(['', ...endpoints]);
      for (const list of lists) {
        const [notes, , , earlier] = keysOf(list);
        await runScript(client, ADOPT_NOTES, [earlier, notes], [ADOPTED]);
      }
      return lists;
    },
    async read(list) {
      const [notes, counts, aside] = keysOf(list);
      const keys = [notes, counts, aside, holderOf(list)];
      const read = await runScript(client, READ_NOTES, keys, [PAGE, self, HELD_MS]);
      const { listed, counted, notes: stored, ...page } = understood(list, reply.parse(read), isOther);
      const named = stored.map(async (note): Promise<StoredNote<Other>> => {
        const { entry } = note;
        return isRevived(entry) ? { ...note, entry: await withEvent(client, prefix, entry) } : note;
      });
      return {
        ...page,
        notes: await Promise.all(named),
        remove(count) {
          const first = Math.min(count, listed.length);
          return remove(list, first, listed[0] ?? '', ...counted.slice(0, count - first).flat());
        },
      };
    },
    letGo: (list) => remove(list, 0, ''),
  };
}

type Revived = Extract<JournalEntry, { what: NoteKind }>;

/** By a hold. */
const isRevived = (entry: { what: string; by?: string } | undefined): entry is Revived =>
  entry?.what === 'replayed' && entry.by === 'hold';

interface Understood<Other extends { what: string }> extends Omit<NotesPage<Other>, 'remove'> {
  /** As they are stored: those of the list, and group and count of those that were only counted. */
  listed: string[];
  counted: [group: string, count: string][];
}

function understood<Other extends { what: string }>(
  list: string,
  [texts, flat, held]: z.infer<typeof reply>,
  isOther: (note: { what: string }) => note is Other,
): Understood<Other> {
  const values = texts.map(asJson);
  const newer = values.findIndex((value) => (versioned.safeParse(value).data?.v ?? 0) > NOTE_VERSION);
  const listed = newer === -1 ? texts : texts.slice(0, newer);
  const counted = newer === -1 ? countsIn(flat) : [];
  const end = texts.length === PAGE ? 'more' : 'end';
  return {
    listed,
    counted,
    notes: [
      ...listed.map((stored, index) => ({ stored, entry: entryFrom(values[index], isOther) })),
      ...counted.map(([stored, count]) => ({ stored, entry: countedNotes(list, stored, count) })),
    ],
    next: held === 1 ? 'held' : newer === -1 ? end : 'newer',
  };
}

function entryFrom<Other extends { what: string }>(
  value: unknown,
  isOther: (note: { what: string }) => note is Other,
): JournalEntry<Other> | undefined {
  const known = own.safeParse(value);
  if (known.success) return known.data;
  const note = anyNote.safeParse(value).data;
  return note && isOther(note) ? note : undefined;
}

/** From group and count in turns. */
const countsIn = (flat: readonly string[]): [group: string, count: string][] =>
  flat.flatMap((key, index) => (index % 2 === 0 ? [[key, flat[index + 1] ?? '0']] : []));

function countedNotes(endpoint: string, stored: string, count: string): CountedNotes | undefined {
  const { data } = group.safeParse(asJson(stored));
  return data && { what: 'counted', of: data[0], endpoint, by: data[1], count: Number(count) };
}
