/** The parts of an open archive that an operator's actions use; their code is loaded when there is an archive. */
import type { Archive } from '@longshore/archive';
import type { Observer } from '@longshore/observe';
import type { OperatorArchive } from '@longshore/operator/replay';
import type { RelayArchive } from '../archive.js';

async function operatorArchive({ pool }: Archive): Promise<OperatorArchive> {
  const [{ createHistoryStore }, { createReplayRuns, createReplaySource }] = await Promise.all([
    import('@longshore/archive/history'),
    import('@longshore/archive/replay'),
  ]);
  return {
    history: createHistoryStore(pool),
    events: createReplaySource(pool),
    runs: createReplayRuns(pool),
  };
}

/** Replays and searches of the history at once; a count may read a whole partition, for minutes. */
const CONNECTIONS = 3;
/** Beyond the 30 s that a statement may take; what takes minutes has its own. Milliseconds. */
const ANSWER_TIMEOUT_MS = 35_000;
const LOG_INTERVAL_MS = 10_000;

/** Of a process that runs: through connections of its own, so that none of them keeps the writer waiting. */
export async function openOperatorArchive(
  { connection }: Pick<RelayArchive, 'connection'>,
  observer: Pick<Observer, 'throttledLog'>,
): Promise<{ parts: OperatorArchive; close(): Promise<void> }> {
  const { openArchive } = await import('@longshore/archive');
  const archive = openArchive({
    connection,
    max: CONNECTIONS,
    answerTimeout: ANSWER_TIMEOUT_MS,
    onError: (err) =>
      observer
        .throttledLog('archive-operator', LOG_INTERVAL_MS)
        .warn({ err }, 'connection to PostgreSQL broke'),
  });
  return { parts: await operatorArchive(archive), close: archive.close };
}

/** The parts of an archive that is opened at the first use: most commands have no use of it. */
export function lazyArchive(open: () => Promise<Archive>) {
  let opening: Promise<{ archive: Archive; parts: OperatorArchive }> | undefined;
  const opened = async (): Promise<OperatorArchive> => {
    opening ??= open().then(async (archive) => ({ archive, parts: await operatorArchive(archive) }));
    opening.catch(() => {
      opening = undefined;
    });
    return (await opening).parts;
  };
  const parts: OperatorArchive = {
    history: { open: async () => (await opened()).history.open() },
    events: {
      count: async (...args) => (await opened()).events.count(...args),
      page: async (...args) => (await opened()).events.page(...args),
      latest: async (...args) => (await opened()).events.latest(...args),
      find: async (...args) => (await opened()).events.find(...args),
    },
    runs: {
      begin: async (...args) => (await opened()).runs.begin(...args),
      get: async (...args) => (await opened()).runs.get(...args),
      advance: async (...args) => (await opened()).runs.advance(...args),
    },
  };
  return {
    parts,
    close: async (): Promise<void> => {
      const known = await opening?.catch(() => undefined);
      await known?.archive.close();
    },
  };
}
