/**
 * Remembers verdicts that Redis may not have taken yet. When Redis goes away between an attempt and its
 * settlement, the delivery's lock runs out and BullMQ hands the same job out again; the receiver must not get
 * it twice for that. A killed process forgets, and so does this one after some minutes.
 */
import type { Verdict } from './retry.js';

/** How often BullMQ has settled a job, and how often it found it without a living worker. */
interface Run {
  id?: string;
  attemptsMade: number;
  stalledCounter: number;
}

interface Entry extends Run {
  verdict: Verdict;
  at: number;
  /** The settlement was refused and BullMQ has counted that as an attempt. */
  refused: boolean;
}

/** Long enough for an outage and the stall that follows; then the job was settled, here or elsewhere. */
const REMEMBERED_FOR = 10 * 60_000;

/** @param now epoch milliseconds */
export function createUnsettled(now: () => number = Date.now) {
  const entries = new Map<string, Entry>();
  return {
    remember({ id, attemptsMade, stalledCounter }: Run, verdict: Verdict): void {
      for (const [old, { at }] of entries) {
        if (now() - at < REMEMBERED_FOR) break;
        entries.delete(old);
      }
      if (id) entries.set(id, { attemptsMade, stalledCounter, verdict, at: now(), refused: false });
    },
    /** Verdicts that wait for Redis. */
    size: () => entries.size,
    forget({ id }: Run): void {
      if (id) entries.delete(id);
    },
    /** Redis refused the settlement: whatever runs next of this job is this attempt again. */
    keep({ id }: Run): void {
      const entry = id ? entries.get(id) : undefined;
      if (entry) entry.refused = true;
    },
    /**
     * The verdict over this very attempt, when it is handed out again because it was not settled. A retry
     * from the dead-letter set has not stalled, so it is not the same and is sent.
     */
    recall({ id, attemptsMade, stalledCounter }: Run): Verdict | undefined {
      const entry = id ? entries.get(id) : undefined;
      if (!entry || now() - entry.at >= REMEMBERED_FOR) return undefined;
      const stalled = entry.attemptsMade === attemptsMade && stalledCounter > entry.stalledCounter;
      return entry.refused || stalled ? entry.verdict : undefined;
    },
  };
}
