/**
 * What the leading worker does for the archive: partitions ahead, retention, and its size as metrics. Each is a job of
 * its own, so that one that fails holds up no other, and none holds up the rest of the housekeeping: dropping a
 * partition waits for the longest search.
 */
import type { Archive } from '@longshore/archive';
import { applyRetention, archiveSize, type KeepResult, type KeepRules } from '@longshore/archive/keep';
import { createAhead } from '@longshore/archive/partitions';
import type { Observer } from '@longshore/observe';

/** Settings of `archive`, as they are now. */
export interface KeepSettings extends KeepRules {
  partition: 'month' | 'day';
}

/** What is kept, and where that is recorded. */
export interface ArchiveKeepParts {
  archive: Pick<Archive, 'pool'>;
  /** Undefined: the archive was switched off. */
  settings(): KeepSettings | undefined;
  observer: Observer;
}

/** The jobs of the process that leads. */
export interface ArchiveKeep {
  /** This process leads from now on: everything is due. */
  begin(): void;
  /** Starts what is due; does not wait for it. */
  turn(): void;
  /** Another process leads, or none. What runs is left to end: a second one finds its lock. */
  end(): void;
  /** Interrupts what runs; the next leader finishes it. */
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const SIZE_INTERVAL_MS = 60_000;
const LOG_INTERVAL_MS = 60_000;
/** A job that failed is tried again before its time. */
const RETRY_AFTER_MS = 30_000;

type Work = 'partitions' | 'retention' | 'size';

interface Job {
  work: Work;
  everyMs: number;
  run(settings: KeepSettings): Promise<void>;
  dueAt: number;
  running?: Promise<void>;
}

/** See the header. */
export function createArchiveKeep({ archive, settings, observer }: ArchiveKeepParts): ArchiveKeep {
  const { pool } = archive;
  const closing = new AbortController();
  let leads = false;
  const jobs: Job[] = [
    job('partitions', HOUR_MS, ({ partition }) => createAhead(pool, partition, Date.now())),
    job('retention', HOUR_MS, async (rules) => {
      const dropped = observer.archiveDropped;
      const result = await applyRetention(pool, rules, Date.now(), {
        signal: closing.signal,
        onDropped: ({ name, since, until, bytes, why }) =>
          dropped({ partition: name, since, until, bytes, why }),
      });
      if (result) report(result, rules, observer);
    }),
    job('size', SIZE_INTERVAL_MS, async ({ maxbytes }) => {
      const size = await archiveSize(pool, Date.now());
      if (leads) observer.archiveHolds({ ...size, maxbytes });
    }),
  ];

  const start = (one: Job, rules: KeepSettings): void => {
    one.dueAt = performance.now() + one.everyMs;
    one.running = one
      .run(rules)
      .catch((err) => {
        if (closing.signal.aborted) return;
        one.dueAt = performance.now() + Math.min(RETRY_AFTER_MS, one.everyMs);
        observer.archiveFailed(one.work);
        observer
          .throttledLog(`archive ${one.work}`, LOG_INTERVAL_MS)
          .warn({ err }, `${WORDS[one.work]}, will try again`);
      })
      .finally(() => {
        one.running = undefined;
      });
  };

  return {
    begin() {
      leads = true;
      for (const one of jobs) one.dueAt = 0;
    },
    turn() {
      const rules = settings();
      if (!rules || closing.signal.aborted) return;
      for (const one of jobs) if (!one.running && performance.now() >= one.dueAt) start(one, rules);
    },
    end() {
      leads = false;
      observer.archiveHolds(undefined);
    },
    async close() {
      closing.abort();
      await Promise.all(jobs.map(({ running }) => running));
    },
  };
}

const job = (work: Work, everyMs: number, run: Job['run']): Job => ({ work, everyMs, run, dueAt: 0 });

const WORDS: Record<Work, string> = {
  partitions: 'partitions of the archive cannot be created',
  retention: 'retention of the archive failed',
  size: 'the size of the archive is not known',
};

function report(
  { finished, removed, tooLarge, bytes }: KeepResult,
  { maxbytes }: KeepRules,
  { log, throttledLog }: Observer,
): void {
  if (finished.length > 0) log.info({ partitions: finished }, 'dropping of archive partitions finished');
  if (removed > 0)
    log.info({ rows: removed }, 'counts of days before the oldest event removed from the archive');
  if (!tooLarge) return;
  throttledLog('archive size', HOUR_MS).warn(
    { bytes, maxbytes },
    'the archive is larger than archive.maxbytes, and only the partitions of the present are left; raise it, or set archive.partition to day',
  );
}
