/**
 * The dashboard's own pages: rendered on the server, over the same functions as the API and the command line.
 * They need no script; forms change things, and whatever a form does can be asked for again without doing it twice.
 */
import { readFileSync } from 'node:fs';
import Router from '@koa/router';
import { ERRORS, excerpt, LongshoreError } from '@longshore/event';
import type { Context, Middleware } from 'koa';
import { addActs } from './act.js';
import { page } from './layout.js';
import { Message } from './message.js';
import type { PageParts } from './port.js';
import { addShown } from './show.js';

/** Nothing from elsewhere, and nothing inline. */
const CSP =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const ASSETS = { 'longshore.css': 'text/css', 'longshore.js': 'text/javascript' };

export function createPages(parts: PageParts): Router {
  const router = new Router();
  router.use(async (ctx, next) => {
    ctx.set('Content-Security-Policy', CSP);
    // With `no-referrer` a browser hides from where a form is posted, and no form of ours would be taken.
    ctx.set('Referrer-Policy', 'same-origin');
    try {
      await next();
    } catch (error) {
      answerError(ctx, error);
    }
  });
  addAssets(router);
  addShown(router, parts);
  addActs(router, parts);
  return router;
}

function addAssets(router: Router): void {
  for (const [name, type] of Object.entries(ASSETS)) {
    const content = readFileSync(new URL(`../../assets/${name}`, import.meta.url));
    router.get(`/assets/${name}`, (ctx) => {
      ctx.type = type;
      ctx.set('Cache-Control', 'no-cache');
      ctx.body = content;
    });
  }
}

/** Characters of an error's message: it may repeat what was asked for. */
const MOST_SAID = 1_000;

const TITLES: Readonly<Record<number, string>> = {
  400: 'That cannot be understood',
  404: 'Not found',
  503: 'Redis takes nothing now',
};

function answerError(ctx: Context, error: unknown): void {
  if (!(error instanceof LongshoreError)) throw error;
  const { status = 500, expose } = ERRORS[error.code];
  if (error.code === 'QUEUE_UNAVAILABLE') sayWhy(ctx, status, AWAY, 'Redis does not answer');
  else sayWhy(ctx, status, expose ? [excerpt(error.message, MOST_SAID)] : ['The log says what went wrong.']);
}

/** Its own message is for senders. */
const AWAY = ['Nothing is lost: deliveries wait and go on by themselves when it is back. Look at /readyz.'];

/** For an address that nobody has: a page, too. */
export const answerUnknown: Middleware = async (ctx, next) => {
  await next();
  if (ctx.status !== 404 || ctx.body) return;
  ctx.set('Content-Security-Policy', CSP);
  sayWhy(ctx, 404, [`There is no page at ${excerpt(ctx.path)}.`]);
};

const titleOf = (status: number): string => TITLES[status] ?? 'That did not work';

function sayWhy(ctx: Context, status: number, words: readonly string[], title = titleOf(status)): void {
  const children = <Message title={title} words={words} links={[{ href: '/', words: 'Endpoints' }]} />;
  ctx.status = status;
  ctx.type = 'html';
  ctx.body = page({ title, children });
}
