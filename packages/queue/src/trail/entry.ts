/**
 * What can be said about an event on its way: one entry each time something happens to it. A step that an older
 * version does not know is left out there, so a new one may be added at any time.
 *
 * Entries are for people and kept for a while. The jobs say how things stand; entries say how it came to that.
 */
import type { EventView, Outcome, Reason } from '@longshore/event';

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
  outcome: Outcome['kind'];
  status?: number;
  reason: Reason;
  ms: number;
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
  outcome: 'dead' | 'expired' | 'dropped' | 'ignored';
  rule?: string;
  reason?: string;
  detail?: string;
  /** Who did it, where somebody did: `longshore dead drop`, `the dashboard`. */
  by?: string;
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
  why: DropReason;
}

/** `away`: Redis did not answer for longer than the buffer lasts. `memory`: Redis is filling up. */
export type DropReason = 'away' | 'memory';

/** Every step that this version knows, in words. */
export const STEPS: Readonly<Record<TrailEntry['step'], string>> = {
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
export type TrailEntry =
  | ReceivedEntry
  | QuarantinedEntry
  | UnquarantinedEntry
  | AttemptedEntry
  | SettledEntry
  | RetriedEntry
  | StalledEntry
  | GapEntry;
