/** The dashboard's HTTP face: who may in, what pages may load, and where things are. */
import { LongshoreError } from '@longshore/event';
import Koa from 'koa';
import { basicAuth, guardChanges, type Users } from './auth.js';
import type { Board } from './board.js';

export const BOARD_PATH = '/queues';

export interface AppParts {
  board: Board;
  users(): Users;
  readonly(): boolean;
}

/** bull-board styles its elements inline; scripts and everything else come from here alone. */
const CSP =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

export function createApp({ board, users, readonly }: AppParts): Koa {
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    ctx.set('Content-Security-Policy', CSP);
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'no-referrer');
    ctx.set('Cache-Control', 'no-store');
    await next();
  });
  app.use(basicAuth(users));
  app.use(guardChanges(readonly));
  app.use(async (ctx, next) => {
    if (ctx.path === '/') return ctx.redirect(BOARD_PATH);
    try {
      await next();
    } catch (error) {
      // Redis away: say so instead of a blank page.
      const known = error instanceof LongshoreError;
      ctx.status = known ? 503 : 500;
      ctx.body = { error: known ? error.message : 'internal error, see the log' };
    }
  });
  app.use(board.middleware);
  return app;
}
