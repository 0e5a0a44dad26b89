/**
 * bull-board over every endpoint's queue. Read-only unless configured: its own retry gives no fresh budget
 * and its clean destroys events. Endpoints are added and removed while it runs.
 */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { KoaAdapter } from '@bull-board/koa';
import type { Inspector } from '@longshore/queue/operator';
import type { Context, Middleware } from 'koa';

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
  /** Name of the queue by each name that it may be asked for by. */
  const names = new Map<string, string>();

  return {
    async middleware(ctx, next) {
      for (const parameter of QUEUE_PARAMETERS) namesInQuery(ctx, parameter, names);
      await board(ctx, next);
      if (typeof ctx.body === 'string') ctx.body = withoutRemoteAssets(ctx.body);
    },
    show(endpoints) {
      // A delimiter that no name of a queue has: with one the menu shows `one`, without `{one}`.
      const options = { readOnlyMode: readonly(), allowRetries: !readonly(), delimiter: ':' };
      names.clear();
      replaceQueues(
        endpoints.map((name) => {
          const queue = inspector.boardQueue(name);
          names.set(name, queue.name).set(queue.name, queue.name);
          return new BullMQAdapter(queue, { ...options, displayName: name });
        }),
      );
    },
  };
}

/** The page asks a font host of the Internet for its typeface; a registry's network often has none. */
const withoutRemoteAssets = (html: string): string => html.replace(/<link href="https:\/\/[^<>]*>/g, '');

/** Query parameters of bull-board's API that name a queue. */
const QUEUE_PARAMETERS = ['activeQueue', 'queueName'];

/**
 * bull-board decodes what Koa has decoded already: of `100%` the second decoding fails, and `a%41b` becomes another
 * name. So it gets the queue's own name, encoded once more. A name that no queue has stays one.
 */
function namesInQuery(ctx: Context, parameter: string, names: ReadonlyMap<string, string>): void {
  const asked = ctx.query[parameter];
  if (asked === undefined) return;
  const given = String(asked);
  const name = names.get(given) ?? names.get(decoded(given));
  ctx.query = { ...ctx.query, [parameter]: name === undefined ? NO_QUEUE : encodeURIComponent(name) };
}

/** A name that no queue can have. */
const NO_QUEUE = '{}';

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
