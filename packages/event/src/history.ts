/**
 * What happened to an event: the entries that every stage notes, and what a search for them finds. Both the trail of
 * `queue` and the archive implement the port {@link History}.
 *
 * Entries are for people and are kept for a while. The jobs know the current state of a delivery; entries say how it
 * came about. A step that an older version does not know is left out there, so a new one may be added at any time.
 */
import type { EventView } from './delivery.js';
import type { Answer, Opening, Outcome, Reason } from './outcome.js';

/** Notes what happens. The only store of Longshore that may lose something; it reports a gap when it does. */
export interface HistoryWriter {
  /** Never throws and never waits: the entry is written a moment later, with others. */
  note(entry: Exclude<HistoryEntry, GapEntry>): void;
}

/** Finds what happened to events. Reads only. */
export interface History {
  /**
   * An archive that does not answer is named in the answer, which is then of the trail alone.
   * @throws LongshoreError QUEUE_UNAVAILABLE while the store is unavailable
   */
  find(query: HistoryQuery): Promise<HistoryAnswer>;
  /**
   * Which of these deliveries a receiver has accepted, as far back as entries are kept.
   * @throws LongshoreError QUEUE_UNAVAILABLE, ARCHIVE_UNAVAILABLE
   */
  delivered(deliveryIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * The events that came in last, newest first, as far back as the trail reaches; without the archive.
   * @param after `next` of the page before
   * @throws LongshoreError QUEUE_UNAVAILABLE, REQUEST_INVALID
   */
  recent(paging: { limit: number; after?: string }): Promise<RecentEvents>;
  /**
   * The newest receipts of the trail, newest first; of an event that came several times, the newest.
   * @throws LongshoreError QUEUE_UNAVAILABLE
   */
  latest(limit: number): Promise<ReceivedEntry[]>;
  /** Epoch milliseconds since when entries are kept; undefined: there are none. Throws as `delivered` does. */
  since(): Promise<number | undefined>;
}

/** A page of what came in lately. */
export interface RecentEvents {
  /** Receipts, newest first; an event that came twice is there twice. */
  events: Extract<HistoryStep, { step: 'received' }>[];
  /** Since when the trail has events; absent: it is empty. */
  since?: string;
  /** Where the next page begins; absent at the end. */
  next?: string;
}

/** What entries are looked for by: an entry with one of these is found. */
export interface HistoryTerms {
  /** Event ids. */
  events?: readonly string[];
  deliveries?: readonly string[];
  quarantined?: readonly string[];
  repositories?: readonly string[];
  tags?: readonly { repository: string; tag: string }[];
  /** Digests, or 12 hexadecimal digits or more of one. */
  digests?: readonly string[];
  /** Every gap. */
  gaps?: true;
}

/** Entries in one place, as they are at one moment. */
export interface HistoryLog {
  /** Epoch milliseconds of the oldest entry. */
  since?: number;
  /**
   * Pages of entries that have one of the terms, the newest page first and the oldest entry of a page first. There may
   * be other entries among them.
   */
  having(terms: HistoryTerms): AsyncGenerator<readonly HistoryEntry[]>;
}

/** Keeps entries longer than the trail; the archive implements it. */
export interface HistoryStore {
  /** @throws LongshoreError ARCHIVE_UNAVAILABLE, here and while the log is read */
  open(): Promise<StoredHistory>;
}

/** What such a store has. */
export interface StoredHistory extends HistoryLog {
  /** By part of the trail: everything up to there is in this log. */
  copied: ReadonlyMap<string, FeedPosition>;
}

/** A place in a part of the trail: epoch milliseconds by the clock of Redis, and a number within that millisecond. */
export interface FeedPosition {
  at: number;
  n: number;
}

/** The trail, for a process that copies it. */
export interface HistoryFeed {
  /** Names of its parts: one, or several in a Redis Cluster. Each has an order of its own. */
  parts: readonly string[];
  /**
   * What comes behind a position, oldest first.
   * @param position behind the last entry that was copied; undefined: from the oldest on
   * @param lookedAt epoch milliseconds at which nothing was behind the position
   */
  after(part: string, position: FeedPosition | undefined, lookedAt?: number): Promise<FeedPage>;
}

/** Entries to be copied. */
export interface FeedPage {
  /** With a gap entry for those that were gone before they were read. */
  entries: HistoryEntry[];
  /** Behind the last of them; undefined: there never was any. */
  position?: FeedPosition;
  /** There are more behind it. */
  more: boolean;
}

/** A delivery of an event. `known`: it was there already, so that nothing was added. */
export interface NotedDelivery {
  endpoint: string;
  deliveryId: string;
  known?: boolean;
}

/** A request with the event came, and its deliveries are durable. */
export interface ReceivedEntry {
  step: 'received';
  /** Epoch milliseconds, here and below. */
  at: number;
  /** When its deliveries were durable, if that was much later: it was kept meanwhile. */
  takenAt?: number;
  source: string;
  kind: string;
  eventId: string;
  /** What makes it the same event as another, where the id does not by itself. */
  dedupe?: string;
  nativeType: string;
  view: EventView;
  /** Address that the request came from. */
  remote?: string;
  /** Name of who did it, as the registry says. */
  actor?: string;
  /** Who published it again out of the archive: `longshore replay`. */
  by?: string;
  planned: NotedDelivery[];
  ignored: { endpoint: string; rule: string }[];
}

/** What could not be read went into quarantine. */
export interface QuarantinedEntry {
  step: 'quarantined';
  at: number;
  source: string;
  kind: string;
  quarantineId: string;
  reason: string;
  bytes: number;
  remote?: string;
}

/** It left quarantine: taken again or thrown away by an operator, or gone because quarantine was full. */
export interface UnquarantinedEntry {
  step: 'unquarantined';
  at: number;
  quarantineId: string;
  outcome: 'replayed' | 'dropped' | 'evicted';
  by?: string;
}

interface OfDelivery {
  at: number;
  endpoint: string;
  deliveryId: string;
  /** Absent where the stored delivery could not be read. */
  eventId?: string;
  source?: string;
}

/** One attempt has ended. `delivered` and `dead` settle the delivery. */
export interface AttemptedEntry extends OfDelivery {
  step: 'attempted';
  attempt: number;
  /** Deliveries in the same request; absent for one alone. */
  batch?: number;
  outcome: Outcome['kind'];
  status?: number;
  reason: Reason;
  ms: number;
  /** Of a failed one, whose connection was opened for it. */
  opening?: Opening;
  detail?: string;
  /** The first 2 KB of the answer, without secrets. */
  answer?: string;
  retryAt?: number;
  /** Left out of what was delivered: it is in the entry of its receipt. */
  view?: EventView;
}

/** It ended without an attempt of that moment. `ignored`: by a rule that the endpoint has now. */
export interface SettledEntry extends OfDelivery {
  step: 'settled';
  outcome: 'dead' | 'expired' | 'dropped' | 'ignored' | 'superseded';
  rule?: string;
  reason?: string;
  detail?: string;
  /** Who did it, where somebody did: `longshore dead drop`, `the dashboard`. */
  by?: string;
  /** Superseded: id of the newer delivery. */
  supersededBy?: string;
}

/** Somebody gave a dead delivery its attempts back. */
export interface RetriedEntry extends OfDelivery {
  step: 'retried';
  by: string;
}

/** Its worker died or hung, so it runs again with the same attempt number. */
export interface StalledEntry extends OfDelivery {
  step: 'stalled';
}

/** Entries were thrown away instead of being written: the only thing in Longshore that may be. */
export interface GapEntry {
  step: 'gap';
  at: number;
  /** When the first of them was thrown away; `at` is the last. */
  since: number;
  count: number;
  why: GapReason;
}

/**
 * `away`: Redis did not answer for longer than the buffer lasts. `memory`: Redis is filling up. `behind`: the trail's
 * retention removed entries before they were in the archive; their count is not known, and 0.
 */
export type GapReason = 'away' | 'memory' | 'behind';

/** Every step that this version knows, in words. */
export const HISTORY_STEPS: Readonly<Record<HistoryEntry['step'], string>> = {
  received: 'received',
  quarantined: 'received and quarantined',
  unquarantined: 'removed from quarantine',
  attempted: 'delivery attempted',
  settled: 'settled without an attempt',
  retried: 'retried from the dead-letter set',
  stalled: 'worker died or hung; delivery re-queued',
  gap: 'entries missing',
};

/** One thing that happened; `step` tells which. */
export type HistoryEntry =
  | ReceivedEntry
  | QuarantinedEntry
  | UnquarantinedEntry
  | AttemptedEntry
  | SettledEntry
  | RetriedEntry
  | StalledEntry
  | GapEntry;

/** What to look for. */
export interface HistoryQuery {
  /**
   * An event id, a delivery id, a quarantine id, `repository`, `repository:tag`, a digest or at least 12
   * hexadecimal digits of one; with a registry's host in front or not.
   */
  search: string;
  /** Only events that were planned for this endpoint or ignored by it, and only what concerns it. */
  endpoint?: string;
  /** How many events; 20 unless given, 1,000 at most. */
  limit?: number;
  /** Leaves out pulls. */
  changes?: boolean;
}

/** What was found. */
export interface HistoryAnswer {
  search: string;
  /** What the search was taken for, in words: `event id`, `repository acme/app` … */
  understood: string[];
  /** Newest first. */
  trails: EventHistory[];
  /** There are more events than `limit`. */
  more: boolean;
  /** Since when there are entries; absent when there are none. What is older is known from its deliveries alone. */
  since?: string;
  /** Times in which entries are missing, newest first. */
  gaps: HistoryGap[];
  /** Why the archive did not answer: only the trail was searched. */
  unavailable?: string;
}

/** Entries that were thrown away. */
export interface HistoryGap {
  since: string;
  until: string;
  count: number;
  why: GapReason;
}

/** One event, or one request that could not be read (then with `quarantine`). */
export interface EventHistory {
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
  deliveries: HistoryDelivery[];
  /** Everything that is known, in the order in which it happened. */
  steps: HistoryStep[];
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
  | 'superseded'
  | 'dead'
  | 'expired'
  | 'dropped'
  | 'unknown';

/** How a delivery stands now, as its job says; where the job is gone, as the last entry says. */
export interface HistoryDelivery {
  id: string;
  endpoint: string;
  state: DeliveryState;
  /** Of `delayed`: when the next attempt is due. */
  until?: string;
  /** Of one that has ended. */
  settledAt?: string;
  /** Of `superseded`: id of the newer delivery. */
  supersededBy?: string;
  /** Attempts that ended, since it was last taken out of the dead-letter set. */
  attempts: number;
  /** Of a failed attempt, as its job keeps it. */
  last?: LastAnswer;
}

type WithIsoTimes<T> = T extends HistoryEntry
  ? { [Key in keyof T]: Key extends 'at' | 'takenAt' | 'retryAt' ? Exclude<T[Key], number> | string : T[Key] }
  : never;

/** An entry, with its times in ISO 8601. */
export type HistoryStep = WithIsoTimes<Exclude<HistoryEntry, { step: 'gap' }>>;

/** The response to a failed attempt, as it is kept with its delivery. */
export interface LastAnswer extends Answer {
  attempt: number;
  /** ISO 8601. */
  at: string;
}
