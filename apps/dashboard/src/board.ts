/**
 * The board at `/queues`: bull-board, loaded by the first request for it. A dashboard whose board is never opened, or
 * switched off with `dashboard.queues: false`, does not load its packages.
 */
import type { Inspector } from '@longshore/queue/operator';
import type { Board } from './bull-board.js';

export type { Board } from './bull-board.js';

/** The board, not loaded yet. @param readonly read whenever the queues are shown: it changes with the configuration */
export function createBoard(path: string, inspector: Inspector, readonly: () => boolean): Board {
  let endpoints: readonly string[] = [];
  let loaded: Board | undefined;
  const load = async (): Promise<Board> => {
    const { createBullBoard } = await import('./bull-board.js');
    // Another request may have loaded it in the meantime.
    loaded ??= createBullBoard(path, inspector, readonly);
    loaded.show(endpoints);
    return loaded;
  };
  return {
    middleware: async (ctx, next) => (loaded ?? (await load())).middleware(ctx, next),
    show(names) {
      endpoints = names;
      loaded?.show(names);
    },
  };
}
