/**
 * Remembers verdicts that Redis may not have taken yet. When Redis goes away between an attempt and its
 * settlement, the delivery's lock runs out and BullMQ hands the same job out again; the receiver must not get
 * it twice for that. Holds no more than what is in flight in this process; a killed process forgets.
 */
import type { Verdict } from './retry.js';

/** How often BullMQ has settled and has started a job. `attemptsStarted` grows with every stall. */
interface Run {
  id?: string;
  attemptsMade: number;
  attemptsStarted: number;
}

export function createUnsettled() {
  const verdicts = new Map<string, { run: Run; verdict: Verdict }>();
  return {
    remember({ id, attemptsMade, attemptsStarted }: Run, verdict: Verdict): void {
      if (id) verdicts.set(id, { run: { attemptsMade, attemptsStarted }, verdict });
    },
    forget({ id }: Run): void {
      if (id) verdicts.delete(id);
    },
    /**
     * The verdict over this very attempt, when it is the same attempt started again. A retry from the
     * dead-letter set starts at 1 again and is not the same: it must be sent.
     */
    recall({ id, attemptsMade, attemptsStarted }: Run): Verdict | undefined {
      const known = id ? verdicts.get(id) : undefined;
      const again = known?.run.attemptsMade === attemptsMade && attemptsStarted > known.run.attemptsStarted;
      return again ? known.verdict : undefined;
    },
  };
}
