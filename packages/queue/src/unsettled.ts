/**
 * Remembers verdicts that Redis may not have taken yet. When Redis goes away between an attempt and its
 * settlement, the delivery's lock runs out and the same job is handed out again; the receiver must not get
 * it twice for that. A killed process forgets, and so does this one after some minutes.
 */
import type { Verdict } from './retry.js';

/** How often a job was settled, and how often it was found without a living worker. */
interface Run {
  id: string;
  attemptsMade: number;
  stalledCounter: number;
}

interface Entry extends Run {
  verdict: Verdict;
  at: number;
}

/** Long enough for an outage and the stall that follows; then the job was settled, here or elsewhere. */
const REMEMBERED_FOR = 10 * 60_000;

/** Verdicts that wait for Redis; see {@link createUnsettled}. */
export type Unsettled = ReturnType<typeof createUnsettled>;

/** @param now epoch milliseconds */
export function createUnsettled(now: () => number = Date.now) {
  const entries = new Map<string, Entry>();
  return {
    remember({ id, attemptsMade, stalledCounter }: Run, verdict: Verdict): void {
      for (const [old, { at }] of entries) {
        if (now() - at < REMEMBERED_FOR) break;
        entries.delete(old);
      }
      entries.set(id, { id, attemptsMade, stalledCounter, verdict, at: now() });
    },
    forget({ id }: Pick<Run, 'id'>): void {
      entries.delete(id);
    },
    /**
     * The verdict over this very attempt, when it is handed out again because it was not settled. A retry
     * from the dead-letter set has not stalled, so it is not the same and is sent.
     */
    recall({ id, attemptsMade, stalledCounter }: Run): Verdict | undefined {
      const entry = entries.get(id);
      if (!entry || now() - entry.at >= REMEMBERED_FOR) return undefined;
      const stalled = entry.attemptsMade === attemptsMade && stalledCounter > entry.stalledCounter;
      return stalled ? entry.verdict : undefined;
    },
  };
}
