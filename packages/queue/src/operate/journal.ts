/**
 * What operators did, until a relay has recorded it. A command is a short process whose log nobody keeps and whose
 * counters nobody asks for: it leaves a note here, and a worker makes the log line and the metric of it. A note about
 * a delivery lies beside its queue, so that it can be written in the same step.
 *
 * Each note is taken by one process. One that is killed right after taking loses the line, not the deed.
 */
import { z } from 'zod';
import type { RedisClient } from '../connection.js';
import { endpointKey, storeKey } from '../names.js';
import { asJson, storedList } from '../stored-json.js';

/** A delivery that an operator took out of the dead-letter set. */
export interface OperatedDelivery {
  /** Epoch milliseconds. */
  at: number;
  /** Who: `longshore dead retry`, `the dashboard`. */
  by: string;
  endpoint: string;
  deliveryId: string;
  eventId?: string;
  source?: string;
  action?: string;
  repository?: string;
  tag?: string;
  /** Attempts made before. */
  attempts: number;
  /** Of the last attempt. */
  reason: string;
}

/** A request that left quarantine by an operator's hand. */
export interface Unquarantined {
  at: number;
  by: string;
  quarantineId: string;
  source: string;
  reason: string;
  outcome: 'replayed' | 'dropped';
}

/** A note. `Other`: what else the apps leave for each other; anything with a `what` of its own. */
export type JournalEntry<Other extends { what: string } = never> =
  | ({ what: 'replayed' | 'dropped' } & OperatedDelivery)
  | ({ what: 'unquarantined' } & Unquarantined)
  | Other;

/** Of a note that this version writes. One without is of version 1 too. */
const VERSION = 1;

const schema = z.discriminatedUnion('what', [
  z.object({
    what: z.enum(['replayed', 'dropped']),
    at: z.number(),
    by: z.string(),
    endpoint: z.string(),
    deliveryId: z.string(),
    eventId: z.string().optional(),
    source: z.string().optional(),
    action: z.string().optional(),
    repository: z.string().optional(),
    tag: z.string().optional(),
    attempts: z.number(),
    reason: z.string(),
  }),
  z.object({
    what: z.literal('unquarantined'),
    at: z.number(),
    by: z.string(),
    quarantineId: z.string(),
    source: z.string(),
    reason: z.string(),
    outcome: z.enum(['replayed', 'dropped']),
  }),
]);

const anyNote = z.looseObject({ what: z.string() });

/** A note as it lies in its list. */
export const noteJson = (entry: { what: string }): string => JSON.stringify({ v: VERSION, ...entry });

/** Notes of commands, for a worker to record; see the header. */
export interface Journal<Other extends { what: string } = never> {
  write(entries: readonly JournalEntry<Other>[]): Promise<void>;
  /** Takes the oldest notes, `limit` at most of each endpoint. */
  take(endpoints: readonly string[], limit?: number): Promise<JournalEntry<Other>[]>;
}

/** Where the notes about an endpoint's deliveries are; in the slot of its queue. */
export const journalKey = (prefix: string, endpoint: string): string =>
  endpointKey(prefix, endpoint, 'journal');

/**
 * Shares the client, which is the caller’s to close.
 * @param isOther knows the notes of `Other`; needed to take them. What neither knows is counted as ignored.
 */
export function createJournal<Other extends { what: string } = never>(
  client: RedisClient,
  prefix: string,
  isOther: (note: { what: string }) => note is Other = (_): _ is Other => false,
): Journal<Other> {
  const common = storeKey(prefix, 'journal', 'entries');
  const keyOf = (entry: JournalEntry<Other>): string =>
    isOfDelivery(entry) ? journalKey(prefix, entry.endpoint) : common;
  const read = (text: string): JournalEntry<Other>[] => {
    const note = anyNote.safeParse(asJson(text)).data;
    if (note && isOther(note)) return [note];
    return storedList(schema, text);
  };
  return {
    async write(entries) {
      await Promise.all(entries.map((entry) => client.rpush(keyOf(entry), noteJson(entry))));
    },
    async take(endpoints, limit = 500) {
      const keys = [common, ...endpoints.map((endpoint) => journalKey(prefix, endpoint))];
      const taken = await Promise.all(keys.map((key) => client.lpop(key, limit)));
      return taken.flatMap((texts) => (texts ?? []).flatMap(read));
    },
  };
}

const isOfDelivery = (entry: { what: string }): entry is { what: string } & OperatedDelivery =>
  entry.what === 'replayed' || entry.what === 'dropped';
