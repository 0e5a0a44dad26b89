/**
 * What a search for an event finds: how each of its deliveries stands, and what happened in which order.
 * The same data for the command, the API and the pages. Times are ISO 8601.
 */
import type { LastAnswer } from '../job.js';
import type { DropReason, GapEntry, TrailEntry } from './entry.js';

/** What to look for. */
export interface TrailQuery {
  /**
   * An event id, a delivery id, a quarantine id, `repository`, `repository:tag`, a digest or at least 12
   * hexadecimal digits of one; with a registry's host in front or not.
   */
  search: string;
  /** Only events that were planned for this endpoint or ignored by it, and only what concerns it. */
  endpoint?: string;
  /** How many events; 20 unless given, 100 at most. */
  limit?: number;
}

/** What was found. */
export interface Traced {
  search: string;
  /** What the search was taken for, in words: `event id`, `repository acme/app` … */
  understood: string[];
  /** Newest first. */
  trails: Trail[];
  /** There are more events than `limit`. */
  more: boolean;
  /** Since when there are entries; absent when there are none. What is older is known from its deliveries alone. */
  since?: string;
  /** Times in which entries are missing, newest first. */
  gaps: TrailGap[];
}

/** Entries that were thrown away. */
export interface TrailGap {
  since: string;
  until: string;
  count: number;
  why: DropReason;
}

/** One event, or one request that could not be read (then with `quarantine`). */
export interface Trail {
  eventId?: string;
  source?: string;
  kind?: string;
  nativeType?: string;
  action?: string;
  repository?: string;
  tag?: string;
  digest?: string;
  mediaType?: string;
  /** First receipt that is known. */
  receivedAt?: string;
  quarantine?: { id: string; reason: string; bytes: number /** Is it still there? */; kept: boolean };
  deliveries: TrailDelivery[];
  /** Everything that is known, in the order in which it happened. */
  steps: TrailStep[];
  /** Entries of it are missing: it is older than the trail, or falls into a gap. */
  incomplete: boolean;
}

/**
 * `waiting`: for a worker; `active`: an attempt is being made; `delayed`: for its next attempt. `unknown`: its
 * job is gone and no entry says how it ended.
 */
export type DeliveryState =
  | 'waiting'
  | 'active'
  | 'delayed'
  | 'delivered'
  | 'ignored'
  | 'dead'
  | 'expired'
  | 'dropped'
  | 'unknown';

/** How a delivery stands now, as its job says; where the job is gone, as the last entry says. */
export interface TrailDelivery {
  id: string;
  endpoint: string;
  state: DeliveryState;
  /** Of `delayed`: when the next attempt is due. */
  until?: string;
  /** Of one that has ended. */
  settledAt?: string;
  /** Attempts that ended, since it was last taken out of the dead-letter set. */
  attempts: number;
  /** Of a failed attempt, as its job keeps it. */
  last?: LastAnswer;
}

type WithIsoTimes<T> = T extends TrailEntry
  ? { [Key in keyof T]: Key extends 'at' | 'takenAt' | 'retryAt' ? Exclude<T[Key], number> | string : T[Key] }
  : never;

/** An entry, with its times in ISO 8601. */
export type TrailStep = WithIsoTimes<Exclude<TrailEntry, { step: 'gap' }>>;

/** Answers what happened to an event. Reads only. */
export interface Tracer {
  /** @throws LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable */
  find(query: TrailQuery): Promise<Traced>;
}

/** Notes what happens. The only store of Longshore that may lose something, and it says so when it does. */
export interface TrailWriter {
  /** Never throws and never waits: the entry is written some 100 ms later, with others. */
  note(entry: Exclude<TrailEntry, GapEntry>): void;
  /** Lets go what is too old or too much; for a trail to which nothing is added any more. */
  sweep(): Promise<void>;
  /** Writes what is still to be written, within two seconds. */
  close(): Promise<void>;
}
