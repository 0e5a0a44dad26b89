/**
 * What operators and retention did, until the leading worker has recorded it ({@link createJournalReader}). A command
 * is a short process: its log goes to a terminal and its counters are not scraped. So it leaves a note here, and the
 * leader makes the log line and the metric of it. A note about a delivery lies beside its queue and is written in the
 * same step as the change.
 */

import { coalesce, type RedisClient } from '../connection.js';
import { endpointKey, storeKey } from '../names.js';

/** What can happen to a dead delivery: an operator retried or dropped it, or retention removed it. */
export type NoteKind = 'replayed' | 'dropped' | 'expired';

/** A delivery that left the dead-letter set. */
export interface OperatedDelivery {
  /** Epoch milliseconds. */
  at: number;
  /** Who: `longshore dead retry`, `the dashboard`, `retention`. */
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

/** A request that an operator took out of quarantine. */
export interface Unquarantined {
  /** Epoch milliseconds. */
  at: number;
  by: string;
  quarantineId: string;
  source: string;
  reason: string;
  outcome: 'replayed' | 'dropped';
}

/** What an operator did, once for each action: who, what, how many. */
export interface Acted {
  /** Epoch milliseconds. */
  at: number;
  /** With what: `longshore dead retry`, `the dashboard`. */
  by: string;
  /** Name of the user or token; of a command the system user. */
  actor: string;
  /** How the actor was identified: `basic`, `token`, `proxy`, `oidc`, `open` (no sign-in), `command`. */
  kind: string;
  role: string;
  /** Address of the client; of a command the host. */
  addr?: string;
  /** `pause`, `dead.retry` … */
  action: string;
  endpoint?: string;
  /** Which ones, as it was asked for. */
  filter?: string;
  /** How many things were changed. */
  count?: number;
  /** `started`: one on many, before its first change. */
  result: 'started' | 'done' | 'stopped' | 'failed';
}

/** A note. `Other`: what else the apps leave for each other; anything with a `what` of its own. */
export type JournalEntry<Other extends { what: string } = never> =
  | ({ what: NoteKind } & OperatedDelivery)
  | ({ what: 'unquarantined' } & Unquarantined)
  | ({ what: 'acted' } & Acted)
  | Other;

/** Takes notes; see the header. */
export interface Journal<Other extends { what: string } = never> {
  /** Rejects with Redis' error. */
  write(entries: readonly JournalEntry<Other>[]): Promise<void>;
}

/** The version that this one writes, and the newest that it reads. */
export const NOTE_VERSION = 1;

/** Keys of the notes about an endpoint’s deliveries, in the slot of its queue; without an endpoint: of all others. */
export const noteKeys = (prefix: string, endpoint?: string): [notes: string, counts: string] => [
  noteKey(prefix, endpoint, 'notes'),
  noteKey(prefix, endpoint, 'note-counts'),
];

/** One key of the notes of an endpoint, or of the others. */
export const noteKey = (prefix: string, endpoint: string | undefined, part: string): string =>
  endpoint === undefined ? storeKey(prefix, 'journal', part) : endpointKey(prefix, endpoint, part);

/** The set of endpoints that have notes; an empty name stands for the notes about no endpoint. */
export const markedKey = (prefix: string): string => storeKey(prefix, 'journal', 'marked');

/** A note as it is stored. */
export const noteJson = (entry: { what: string }): string => JSON.stringify({ v: NOTE_VERSION, ...entry });

/** Under what a note is counted when the list is full. */
export const noteGroup = ({ what, by }: { what: NoteKind; by: string }): string => JSON.stringify([what, by]);

/** So that the leader need not look at each endpoint to find those with notes. */
export const markNotes = (client: RedisClient, prefix: string, endpoint = ''): Promise<unknown> =>
  client.sadd(markedKey(prefix), endpoint);

/** Shares the client, which is the caller’s to close. */
export function createJournal<Other extends { what: string } = never>(
  client: RedisClient,
  prefix: string,
): Journal<Other> {
  return {
    async write(entries) {
      if (entries.length === 0) return;
      coalesce(client);
      const lists = new Set(entries.map(endpointOf));
      const notes = entries.map((entry) =>
        client.rpush(noteKeys(prefix, endpointOf(entry))[0], noteJson(entry)),
      );
      const marks = Array.from(lists, (endpoint) => markNotes(client, prefix, endpoint));
      await Promise.all([...notes, ...marks]);
    },
  };
}

function endpointOf(entry: { what: string }): string | undefined {
  return 'deliveryId' in entry && typeof entry.deliveryId === 'string' && 'endpoint' in entry
    ? String(entry.endpoint)
    : undefined;
}
