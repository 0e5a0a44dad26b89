/**
 * bull-board over every endpoint's queue. Read-only unless configured: its own retry gives no fresh budget
 * and its clean destroys events. Endpoints are added and removed while it runs.
 */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { KoaAdapter } from '@bull-board/koa';
import type { Inspector } from '@longshore/queue/operator';
import type { Middleware } from 'koa';

/** bull-board, with the queues of the endpoints there are now. */
export interface Board {
  middleware: Middleware;
  /** Shows exactly these endpoints' queues. */
  show(endpoints: readonly string[]): void;
}

/** @param readonly asked for at each request: it changes with the configuration */
export function createBoard(path: string, inspector: Inspector, readonly: () => boolean): Board {
  const server = new KoaAdapter();
  server.setBasePath(path);
  const { replaceQueues } = createBullBoard({
    queues: [],
    serverAdapter: server,
    options: { uiConfig: { boardTitle: 'Longshore', pollingInterval: { forceInterval: 5 } } },
  });
  const board = server.registerPlugin();

  return {
    async middleware(ctx, next) {
      await board(ctx, next);
      if (typeof ctx.body === 'string') ctx.body = withoutRemoteAssets(ctx.body);
    },
    show(endpoints) {
      // A delimiter that no name of a queue has: with one the menu shows `one`, without `{one}`.
      const options = { readOnlyMode: readonly(), allowRetries: !readonly(), delimiter: ':' };
      replaceQueues(
        endpoints.map(
          (name) => new BullMQAdapter(inspector.boardQueue(name), { ...options, displayName: name }),
        ),
      );
    },
  };
}

/** The page asks a font host of the Internet for its typeface; a registry's network often has none. */
const withoutRemoteAssets = (html: string): string => html.replace(/<link href="https:\/\/[^<>]*>/g, '');
