/**
 * The archive of this process. PostgreSQL that is unavailable is no reason not to start: events wait in their queue, and
 * each try to write them looks again. Only a database that a newer Longshore has migrated is refused at the start.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Archive, ArchiveConnection } from '@longshore/archive';
import type { ArchiveWriter, WriteResult } from '@longshore/archive/write';
import type { ArchiveSettings, Config } from '@longshore/config';
import { LongshoreError, utcTime } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import { type OpenPostgres, openPostgres } from './postgres.js';

/** An open archive, and what writes to it. */
export interface RelayArchive {
  archive: Archive;
  /** For further connections, such as those that only read. */
  connection: ArchiveConnection;
  /** Brings the schema up to this version before the first write. */
  writer: ArchiveWriter;
  /** Resolves once PostgreSQL has the schema of this version. @throws LongshoreError ARCHIVE_UNAVAILABLE, ARCHIVE_SCHEMA */
  ready(): Promise<void>;
  /** For the `ready` line: holds no secret. */
  where: string;
  /** What an operator should know of it, one line each. */
  notes(): string[];
  close(): Promise<void>;
}

/** Before the roles start, PostgreSQL gets this long to answer. Milliseconds. */
const FIRST_ANSWER_MS = 2_000;
const LOG_INTERVAL_MS = 10_000;
/** Of one process: transactions of the writer, and a few searches. */
const CONNECTIONS = 8;
/** A batch takes some 30 ms; more is a lock or a disk that hangs. Milliseconds. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** Beyond that timeout a server or a network hangs. Milliseconds. */
const ANSWER_MARGIN_MS = 5_000;

/**
 * Undefined without `archive`.
 * @param writes this process writes events, so it migrates the schema
 * @throws LongshoreError ARCHIVE_SCHEMA, SECRET_MISSING and those of the embedded PostgreSQL
 */
export async function openRelayArchive(
  config: Config,
  observer: Observer,
  writes: boolean,
): Promise<RelayArchive | undefined> {
  if (!config.archive) return undefined;
  const [{ isSchemaMissing, openArchive }, { createArchiveWriter }, { createAhead }] = await Promise.all([
    import('@longshore/archive'),
    import('@longshore/archive/write'),
    import('@longshore/archive/partitions'),
  ]);
  const postgres = await openPostgres(config, config.archive, observer);
  const archive = openArchive({
    connection: postgres.connection,
    max: CONNECTIONS,
    statementTimeout: STATEMENT_TIMEOUT_MS,
    answerTimeout: STATEMENT_TIMEOUT_MS + ANSWER_MARGIN_MS,
    onError: (err) =>
      observer.throttledLog('archive', LOG_INTERVAL_MS).warn({ err }, 'connection to PostgreSQL broke'),
  });
  const { partition } = config.archive;
  const ensure = once(async () => {
    if (!writes) return archive.check();
    await archive.migrate();
    await createAhead(archive.pool, partition, Date.now());
  });
  const writer = createArchiveWriter(archive, config.archive);
  const opened = relayArchive(archive, postgres, observer, ensure.run, {
    // An empty database in the place of the old one is migrated before the next try.
    write: (deliveries, signal) =>
      writer.write(deliveries, signal).catch((error: unknown) => {
        if (isSchemaMissing(error)) ensure.forget();
        throw error;
      }),
  });
  try {
    await firstAnswer(ensure.run, observer);
  } catch (error) {
    await opened.close();
    throw error;
  }
  return opened;
}

/** Resolves soon, whether PostgreSQL answers or not. */
async function firstAnswer(ensure: () => Promise<void>, observer: Observer): Promise<void> {
  const answer = ensure().catch((err: unknown) => {
    if (err instanceof LongshoreError && err.code === 'ARCHIVE_SCHEMA') throw err;
    observer.log.warn(
      { err },
      'the archive is unavailable; events wait in the queue of the endpoint archive',
    );
  });
  await Promise.race([answer, pause(FIRST_ANSWER_MS)]);
  // A refusal that comes later is the answer to each write.
  answer.catch(() => {});
}

function relayArchive(
  archive: Archive,
  postgres: OpenPostgres,
  observer: Observer,
  ensure: () => Promise<void>,
  writer: ArchiveWriter,
): RelayArchive {
  let trouble: { since: number; why: string } | undefined;
  const ready = (): Promise<void> =>
    ensure().catch((error: unknown) => {
      throw asUnavailable(error);
    });
  return {
    archive,
    ready,
    connection: postgres.connection,
    where: postgres.where,
    writer: {
      async write(deliveries, signal) {
        try {
          await ready();
          const began = performance.now();
          const results = await writer.write(deliveries, signal);
          observer.archiveWritten({ ...countsOf(results), ms: performance.now() - began });
          if (trouble)
            observer.log.info({ seconds: secondsSince(trouble.since) }, 'the archive is available again');
          trouble = undefined;
          return results;
        } catch (error) {
          if (!signal.aborted) {
            trouble = { since: trouble?.since ?? Date.now(), why: wordsOf(error) };
            observer.archiveFailed('write');
          }
          throw error;
        }
      },
    },
    notes: () =>
      trouble
        ? [
            `the archive is unavailable since ${utcTime(trouble.since)}: ${trouble.why}; events wait in the queue of the endpoint archive`,
          ]
        : [],
    async close() {
      await archive.close();
      await postgres.stop();
    },
  };
}

function countsOf(results: readonly WriteResult[]) {
  const stored = results.filter((result) => result === 'stored').length;
  const duplicates = results.filter((result) => result === 'duplicate').length;
  return { stored, duplicates, rejected: results.length - stored - duplicates };
}

const secondsSince = (since: number): number => Math.round((Date.now() - since) / 1_000);

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const asUnavailable = (error: unknown): unknown =>
  error instanceof LongshoreError
    ? error
    : new LongshoreError('ARCHIVE_UNAVAILABLE', wordsOf(error), { cause: error });

/** Runs until it has succeeded once, and again after `forget`; calls at the same time share a run. */
function once(work: () => Promise<void>): { run(): Promise<void>; forget(): void } {
  let running: Promise<void> | undefined;
  const forget = (): void => {
    running = undefined;
  };
  const run = (): Promise<void> => {
    running ??= work().catch((error: unknown) => {
      forget();
      throw error;
    });
    return running;
  };
  return { run, forget };
}

/** Settings of the archive that are bound to its connection and its writer. Its rules change while it runs. */
export const boundSettings = (archive: ArchiveSettings | undefined): unknown =>
  archive && { ...archive, ignore: undefined };
