/**
 * The archive as the dashboard reads it: through connections of its own, so that slow searches never keep the writer
 * waiting, and given up when PostgreSQL hangs, so that a page says so instead of loading for minutes.
 */
import type { ArchiveReader } from '@longshore/archive/read';
import type { Observer } from '@longshore/observe';
import type { RelayArchive } from './archive.js';

/** Searches at the same time; more wait for one of them. A page asks for up to six things at once. */
const CONNECTIONS = 6;
/** Beyond the statement's own timeout, which a server that answers keeps. Milliseconds. */
const ANSWER_MARGIN_MS = 1_000;
const LOG_INTERVAL_MS = 10_000;

/** A reader, to be closed. */
export interface OpenReader {
  reader: ArchiveReader;
  close(): Promise<void>;
}

/** Connects with the first search. */
export async function openArchiveReader(
  { connection }: Pick<RelayArchive, 'connection'>,
  observer: Observer,
): Promise<OpenReader> {
  const [{ openArchive }, { createArchiveReader, READ_TIMEOUT_MS }] = await Promise.all([
    import('@longshore/archive'),
    import('@longshore/archive/read'),
  ]);
  const archive = openArchive({
    connection,
    max: CONNECTIONS,
    statementTimeout: READ_TIMEOUT_MS,
    answerTimeout: READ_TIMEOUT_MS + ANSWER_MARGIN_MS,
    onError: (err) =>
      observer
        .throttledLog('archive-reader', LOG_INTERVAL_MS)
        .warn({ err }, 'connection to PostgreSQL broke'),
  });
  return { reader: createArchiveReader(archive), close: archive.close };
}
