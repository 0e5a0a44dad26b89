/** The dashboard's HTTP layer: access, security headers, and the order of API, pages and board. */
import type { Config } from '@longshore/config';
import type { Actor } from '@longshore/operator/access';
import Koa from 'koa';
import { authenticate, type SignIns } from './access/authenticate.js';
import { guardChanges, isSafe } from './access/changes.js';
import { actorOf } from './access/routes.js';
import type { AccessSettings } from './access/settings.js';
import { createSignIn } from './access/sign-in.js';
import type { Board } from './board.js';
import type { RefusedConfig } from './pages/deps.js';
import { answerUnknown } from './pages/pages.js';
import type { Site } from './site.js';

/** The values of `dashboard.queues`. */
export type BoardMode = Config['dashboard']['queues'];

/** Path prefix of bull-board. */
export const BOARD_PATH = '/queues';

/** What the app passes requests to. */
export interface AppDeps {
  /** bull-board, for admins and for others. */
  board(canChange: boolean): Board;
  /** A change on the board that succeeded. */
  onBoardChange(actor: Actor, change: { method: string; path: string }): Promise<void>;
  /** The JSON API. */
  api: Koa.Middleware;
  /** The pages. */
  pages: Koa.Middleware;
  /** Who may sign in. */
  access(): AccessSettings;
  signIns: SignIns;
  /** Reaches the OpenID Connect issuer. */
  fetch: typeof fetch;
  /** A sign-in at the issuer failed, for the log. */
  onSignInTrouble(error: unknown): void;
  /** The setting `dashboard.queues`. */
  boardMode(): BoardMode;
  /** Whether pages and API may retry, drop, pause and resume: `dashboard.operate`. */
  canModify(): boolean;
  redisUp(): boolean;
  /** Why the configuration file is not in force. */
  refused(): RefusedConfig | undefined;
  /** What the page at this path says at its top, one line each. */
  notices(path: string): string[];
  site(): Site;
}

/** bull-board styles its elements inline; scripts and everything else come from this origin only. */
const CSP =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

/** The whole app. */
export function createApp(deps: AppDeps): Koa {
  const { board, api, pages, access, signIns, boardMode, canModify, redisUp } = deps;
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    ctx.set('Content-Security-Policy', CSP);
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'no-referrer');
    ctx.set('Cache-Control', 'no-store');
    ctx.state.hasBoard = boardMode() !== 'false';
    ctx.state.isReadonly = !canModify();
    ctx.state.site = deps.site();
    ctx.state.refused = deps.refused();
    ctx.state.notices = deps.notices(ctx.path);
    await next();
  });
  const { fetch, onSignInTrouble: onTrouble } = deps;
  const signIn = createSignIn({ settings: access, signIns, fetch, onTrouble });
  app.use(signIn.middleware);
  app.use(authenticate({ settings: access, signIns, sessionUser: signIn.sessionUser }));
  app.use(signIn.afterPassword);
  // The board's changes reset no attempts and leave no record; ours do. So each has its own switch.
  app.use(
    guardChanges(({ path }, actor) => {
      if (!isBoard(path)) return canModify() ? undefined : READONLY;
      if (boardMode() === 'readonly') return BOARD_READONLY;
      return actor.role === 'admin' ? undefined : BOARD_ADMIN;
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
  app.use(async (ctx, next) => {
    if (!isBoard(ctx.path) || !ctx.state.hasBoard) return next();
    const actor = actorOf(ctx);
    await board(actor.role === 'admin').middleware(ctx, next);
    const { method, path } = ctx;
    if (!isSafe(method) && ctx.status < 400) await deps.onBoardChange(actor, { method, path });
  });
  return app;
}

const BOARD_READONLY =
  'The board is read-only: set `dashboard.queues: full` to change queues there, or use /dead to retry or delete.';
const BOARD_ADMIN = 'Changes on the board need the role admin. Use /dead to retry or delete.';
const READONLY = 'The dashboard is read-only: `dashboard.operate` is false in the configuration.';

const isBoard = (path: string): boolean => path === BOARD_PATH || path.startsWith(`${BOARD_PATH}/`);
