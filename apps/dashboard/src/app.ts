/** The dashboard's HTTP face: who may in, what pages may load, and where things are. */
import Koa from 'koa';
import { basicAuth, guardChanges, type SignIns, type Users } from './auth.js';
import type { Board } from './board.js';
import { answerUnknown } from './pages/pages.js';

/** Where bull-board is. */
export const BOARD_PATH = '/queues';

/** What the dashboard’s listener passes requests to. */
export interface AppParts {
  board: Board;
  /** The JSON API. */
  api: Koa.Middleware;
  /** The pages. */
  pages: Koa.Middleware;
  users(): Users;
  signIns: SignIns;
  /** Whether the board may not change queues. */
  readonly(): boolean;
  /** Whether pages and API may retry, drop, pause and resume. */
  operates(): boolean;
  redisUp(): boolean;
}

/** bull-board styles its elements inline; scripts and everything else come from here alone. */
const CSP =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

/** Who may come in, and where to; errors become answers here. */
export function createApp(parts: AppParts): Koa {
  const { board, api, pages, users, signIns, readonly, operates, redisUp } = parts;
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    ctx.set('Content-Security-Policy', CSP);
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'no-referrer');
    ctx.set('Cache-Control', 'no-store');
    await next();
  });
  app.use(basicAuth(users, signIns));
  // The board's changes know nothing of attempts and records; ours do, so each has a switch of its own.
  app.use(
    guardChanges((path) => {
      if (isBoard(path)) return readonly() ? BOARD_READONLY : undefined;
      return operates() ? undefined : NOT_OPERATED;
    }),
  );
  app.use(answerUnknown);
  app.use(api);
  app.use(pages);
  app.use(async (ctx, next) => {
    // The page itself needs no Redis, and says that it cannot load the queues.
    if (ctx.path.startsWith(`${BOARD_PATH}/api`) && !redisUp()) {
      ctx.status = 503;
      ctx.body = { error: 'Redis does not answer: nothing can be shown until it is back. Look at /readyz.' };
      return;
    }
    await next();
  });
  app.use(board.middleware);
  return app;
}

const BOARD_READONLY =
  'The board is read-only; set `dashboard.queues: full` to change queues there. To retry or drop: /dead.';
const NOT_OPERATED = 'The dashboard only shows: `dashboard.operate` is false in the configuration.';

const isBoard = (path: string): boolean => path === BOARD_PATH || path.startsWith(`${BOARD_PATH}/`);
