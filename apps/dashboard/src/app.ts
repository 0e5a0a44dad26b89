/** The dashboard's HTTP face: who may in, what pages may load, and where things are. */
import Koa from 'koa';
import { basicAuth, guardChanges, loopbackNames, type Users } from './auth.js';
import type { Board } from './board.js';

export const BOARD_PATH = '/queues';

export interface AppParts {
  board: Board;
  users(): Users;
  readonly(): boolean;
  redisUp(): boolean;
}

/** bull-board styles its elements inline; scripts and everything else come from here alone. */
const CSP =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

export function createApp({ board, users, readonly, redisUp }: AppParts): Koa {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    ctx.set('Content-Security-Policy', CSP);
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'no-referrer');
    ctx.set('Cache-Control', 'no-store');
    await next();
  });
  app.use(loopbackNames(users));
  app.use(basicAuth(users));
  app.use(guardChanges(readonly));
  app.use(async (ctx, next) => {
    if (ctx.path === '/') return ctx.redirect(BOARD_PATH);
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
