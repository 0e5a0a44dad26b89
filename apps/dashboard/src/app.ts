/** The dashboard's HTTP layer: access, security headers, and the order of API, pages and board. */
import type { Config } from '@longshore/config';
import Koa from 'koa';
import { basicAuth, guardChanges, type SignIns, type Users } from './auth.js';
import type { Board } from './board.js';
import { answerUnknown } from './pages/pages.js';

/** The values of `dashboard.queues`. */
export type BoardMode = Config['dashboard']['queues'];

/** Path prefix of bull-board. */
export const BOARD_PATH = '/queues';

/** What the app passes requests to. */
export interface AppDeps {
  board: Board;
  /** The JSON API. */
  api: Koa.Middleware;
  /** The pages. */
  pages: Koa.Middleware;
  users(): Users;
  signIns: SignIns;
  /** The setting `dashboard.queues`. */
  boardMode(): BoardMode;
  /** Whether pages and API may retry, drop, pause and resume: `dashboard.operate`. */
  canModify(): boolean;
  redisUp(): boolean;
}

/** bull-board styles its elements inline; scripts and everything else come from this origin only. */
const CSP =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

/** The whole app. */
export function createApp(deps: AppDeps): Koa {
  const { board, api, pages, users, signIns, boardMode, canModify, redisUp } = deps;
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    ctx.set('Content-Security-Policy', CSP);
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'no-referrer');
    ctx.set('Cache-Control', 'no-store');
    ctx.state.hasBoard = boardMode() !== 'false';
    await next();
  });
  app.use(basicAuth(users, signIns));
  // The board's changes reset no attempts and leave no record; ours do. So each has its own switch.
  app.use(
    guardChanges((path) => {
      if (isBoard(path)) return boardMode() === 'readonly' ? BOARD_READONLY : undefined;
      return canModify() ? undefined : READONLY;
    }),
  );
  app.use(answerUnknown);
  app.use(api);
  app.use(pages);
  app.use(async (ctx, next) => {
    // The page itself needs no Redis and shows that it cannot load the queues.
    if (ctx.path.startsWith(`${BOARD_PATH}/api`) && !redisUp()) {
      ctx.status = 503;
      ctx.body = { error: 'Redis is unavailable: the queues cannot be shown. Check /readyz.' };
      return;
    }
    await next();
  });
  app.use((ctx, next) => (isBoard(ctx.path) && ctx.state.hasBoard ? board.middleware(ctx, next) : next()));
  return app;
}

const BOARD_READONLY =
  'The board is read-only: set `dashboard.queues: full` to change queues there, or use /dead to retry or delete.';
const READONLY = 'The dashboard is read-only: `dashboard.operate` is false in the configuration.';

const isBoard = (path: string): boolean => path === BOARD_PATH || path.startsWith(`${BOARD_PATH}/`);
