/** The archive as metrics: what is written to it by each worker, and what it holds, by the worker that leads. */
import type { Metrics } from './metrics.js';

/** One batch. */
export interface ArchiveBatch {
  stored: number;
  duplicates: number;
  rejected: number;
  ms: number;
}

/** What the archive holds. Times are epoch milliseconds. */
export interface ArchiveContent {
  bytes: number;
  /** 0: no limit. */
  maxbytes: number;
  events: number;
  oldestAt?: number;
  ahead: number;
  missing: readonly string[];
}

/** Nothing here throws or waits. */
export interface ArchiveMeter {
  archiveWritten(batch: ArchiveBatch): void;
  archiveFailed(work: 'write' | 'partitions' | 'retention' | 'size'): void;
  /** Undefined: this process no longer leads, or does not know. */
  archiveHolds(content: ArchiveContent | undefined): void;
}

const GAUGES = [
  'longshore_archive_bytes',
  'longshore_archive_max_bytes',
  'longshore_archive_events',
  'longshore_archive_oldest_timestamp_seconds',
  'longshore_archive_partitions_ahead',
  'longshore_archive_partitions_missing',
] as const;

/** One for each observer. */
export function createArchiveMeter(metrics: Metrics): ArchiveMeter {
  // A gauge without labels begins as 0, and most processes have no archive to speak of.
  for (const name of GAUGES) metrics.unset(name, {});
  return {
    archiveWritten({ stored, duplicates, rejected, ms }) {
      metrics.count('longshore_archive_rows_total', { result: 'stored' }, stored);
      metrics.count('longshore_archive_rows_total', { result: 'duplicate' }, duplicates);
      metrics.count('longshore_archive_rows_total', { result: 'rejected' }, rejected);
      metrics.observe('longshore_archive_batch_seconds', {}, ms / 1000);
    },
    archiveFailed: (work) => metrics.count('longshore_archive_errors_total', { work }),
    archiveHolds(content) {
      const values = content && [
        content.bytes,
        content.maxbytes || undefined,
        content.events,
        content.oldestAt === undefined ? undefined : content.oldestAt / 1000,
        content.ahead,
        content.missing.length,
      ];
      for (const [at, name] of GAUGES.entries()) {
        const value = values?.[at];
        if (value === undefined) metrics.unset(name, {});
        else metrics.set(name, {}, value);
      }
    },
  };
}
