/**
 * The archive as the dashboard reads it: through connections of its own, so that slow searches never keep the writer
 * waiting, and given up when PostgreSQL hangs, so that a page says so instead of loading for minutes.
 */
import type { ArchiveSize } from '@longshore/archive/keep';
import type { ArchiveReader } from '@longshore/archive/read';
import type { Config } from '@longshore/config';
import type { Observer } from '@longshore/observe';
import type { RelayArchive } from './archive.js';

/** Searches at the same time; more wait for one of them. A page asks for up to six things at once. */
const CONNECTIONS = 6;
/** Beyond the statement's own timeout, which a server that answers keeps. Milliseconds. */
const ANSWER_MARGIN_MS = 1_000;
const LOG_INTERVAL_MS = 10_000;
/** The size of all partitions is summed up no more often. */
const SIZE_AGE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How large the archive is, and how fast it grew so far. */
interface Growth {
  bytes: number;
  /** Bytes a day; absent before there is an hour of events. */
  perDay?: number;
}

/** A reader, to be closed. */
export interface OpenReader {
  reader: ArchiveReader;
  /** As it was a minute ago at most; undefined until PostgreSQL has answered once. Never waits. */
  size(config: () => Config): (Growth & { maxBytes: number }) | undefined;
  close(): Promise<void>;
}

/** Connects with the first search. */
export async function openArchiveReader(
  { connection }: Pick<RelayArchive, 'connection'>,
  observer: Observer,
): Promise<OpenReader> {
  const [{ openArchive }, { archiveSize }, { createArchiveReader, READ_TIMEOUT_MS }] = await Promise.all([
    import('@longshore/archive'),
    import('@longshore/archive/keep'),
    import('@longshore/archive/read'),
  ]);
  const onError = (err: unknown): void =>
    observer.throttledLog('archive-reader', LOG_INTERVAL_MS).warn({ err }, 'connection to PostgreSQL broke');
  const archive = openArchive({
    connection,
    max: CONNECTIONS,
    statementTimeout: READ_TIMEOUT_MS,
    answerTimeout: READ_TIMEOUT_MS + ANSWER_MARGIN_MS,
    onError,
  });
  const look = async (): Promise<Growth> => growthOf(await archiveSize(archive.pool, Date.now()));
  const seen = remembered(look, onError);
  return {
    reader: createArchiveReader(archive),
    size(config) {
      const size = seen();
      return size && { ...size, maxBytes: config().archive?.maxbytes ?? 0 };
    },
    close: archive.close,
  };
}

function growthOf({ bytes, oldestAt = 0, newestAt = 0 }: ArchiveSize): Growth {
  const covered = newestAt - oldestAt;
  return { bytes, ...(covered >= HOUR_MS && { perDay: (bytes / covered) * DAY_MS }) };
}

/** Looks when it is asked, at most once a minute, and answers what it saw last. */
function remembered<T>(look: () => Promise<T>, onError: (error: unknown) => void): () => T | undefined {
  let last: T | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (Date.now() - lookedAt > SIZE_AGE_MS) {
      lookedAt = Date.now();
      look().then((seen) => {
        last = seen;
      }, onError);
    }
    return last;
  };
}
