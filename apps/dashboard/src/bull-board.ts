/**
 * bull-board over every endpoint's queue. Read-only unless configured: its own retry keeps the attempts that were used,
 * and its clean deletes events without a record. Endpoints are added and removed while it runs.
 */
import { createBullBoard as createBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { KoaAdapter } from '@bull-board/koa';
import type { Inspector } from '@longshore/queue/operator';
import type { Context, Middleware } from 'koa';

/** bull-board, with the queues of the current endpoints. */
export interface Board {
  middleware: Middleware;
  /** Shows exactly these endpoints' queues. */
  show(endpoints: readonly string[]): void;
}

/** The queue that bull-board's adapter expects. Its type is BullMQ's, which only the queue package knows. */
type AdapterQueue = ConstructorParameters<typeof BullMQAdapter>[0];

/** The board. @param readonly read whenever the queues are shown: it changes with the configuration */
export function createBullBoard(path: string, inspector: Inspector, readonly: () => boolean): Board {
  const server = new KoaAdapter();
  server.setBasePath(path);
  const { replaceQueues } = createBoard({
    queues: [],
    serverAdapter: server,
    options: { uiConfig: { boardTitle: 'Longshore', pollingInterval: { forceInterval: 5 } } },
  });
  const board = server.registerPlugin();
  /** The queue's name, by its own name and by the endpoint's. */
  const names = new Map<string, string>();

  return {
    async middleware(ctx, next) {
      for (const parameter of QUEUE_PARAMETERS) namesInQuery(ctx, parameter, names);
      await board(ctx, next);
      if (typeof ctx.body === 'string') ctx.body = withoutRemoteAssets(ctx.body);
    },
    show(endpoints) {
      // A delimiter that no queue's name contains: with it the menu shows `one`, without it `{one}`.
      const options = {
        readOnlyMode: readonly(),
        allowRetries: !readonly(),
        allowCompletedRetries: false,
        delimiter: ':',
      };
      names.clear();
      replaceQueues(
        endpoints.map((name) => {
          const queue = inspector.boardQueue(name);
          names.set(name, queue.name).set(queue.name, queue.name);
          return new BullMQAdapter(queue as AdapterQueue, { ...options, displayName: name });
        }),
      );
    },
  };
}

/** The page loads its typeface from the Internet, which a registry's network often cannot reach. */
const withoutRemoteAssets = (html: string): string => html.replace(/<link href="https:\/\/[^<>]*>/g, '');

/** Query parameters of bull-board's API that name a queue. */
const QUEUE_PARAMETERS = ['activeQueue', 'queueName'];

/**
 * bull-board decodes a name that Koa has decoded already: for `100%` the second decoding fails, and `a%41b` becomes
 * another name. So it gets the queue's own name, encoded once more. An unknown name stays unknown.
 */
function namesInQuery(ctx: Context, parameter: string, names: ReadonlyMap<string, string>): void {
  const asked = ctx.query[parameter];
  if (asked === undefined) return;
  const requested = String(asked);
  const name = names.get(requested) ?? names.get(decoded(requested));
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
