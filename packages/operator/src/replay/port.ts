/** What a replay works with, and what it comes to. */
import type { ReplayCounts, ReplayRuns, ReplaySource } from '@longshore/archive/replay';
import type { HistoryStore, TakenEvent } from '@longshore/event';

/** The parts of the archive that an operator's actions use. */
export interface OperatorArchive {
  /** What happened to events that the trail has forgotten. */
  history: HistoryStore;
  events: ReplaySource;
  runs: ReplayRuns;
}

/** Publishes archived events to one endpoint, in their order, by its present rules. */
export type Republish = (
  events: readonly TakenEvent[],
  to: { endpoint: string; by: string /** Of all bodies. */; bytes: number },
) => Promise<{ enqueued: number; duplicates: number }>;

/** What of a run is recorded at once. */
export interface ReplayedPart extends ReplayCounts {
  endpoint: string;
  run: string;
  by: string;
}

/** Pace, progress and end of a replay. */
export interface ReplayOptions {
  /** Events a second; `Infinity` for no limit. Default 100. */
  rate?: number;
  /** Counts only: nothing is enqueued or retried, and no run is remembered. */
  dryRun?: boolean;
  signal?: AbortSignal;
  /** Hears each step; must not throw. */
  onProgress?(progress: ReplayProgress): void;
}

/** How far a replay has come. */
export interface ReplayProgress {
  /** Absent for a dry run. */
  run?: string;
  /** Events of the window; at most a million are counted. */
  total: number;
  counts: ReplayCounts;
  /** Why it waits at present; empty: it does not. */
  waits: string;
}

/** What a replay came to. */
export interface ReplayResult extends ReplayProgress {
  /** Since when it is known what the endpoint had (ISO 8601); absent: of nothing. */
  knownSince?: string;
  /** The signal ended it before the end of the window. `resume` continues it. */
  stopped: boolean;
}
