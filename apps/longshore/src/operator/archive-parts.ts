/** The parts of an open archive that an operator's actions use; their code is loaded when there is an archive. */
import type { Archive } from '@longshore/archive';
import type { OperatorArchive } from '@longshore/operator/replay';

/** See the header. */
export async function operatorArchive({ pool }: Archive): Promise<OperatorArchive> {
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
