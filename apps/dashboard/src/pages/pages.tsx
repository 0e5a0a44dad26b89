/**
 * The dashboard's pages, rendered on the server over the same functions as the API and the command line. They work
 * without a script; changes are forms, and reloading the page after one does not repeat it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import Router from '@koa/router';
import { ERRORS, excerpt, LongshoreError } from '@longshore/event';
import type { Context, Middleware } from 'koa';
import { protectRoutes } from '../access/routes.js';
import { icon } from './brand.js';
import type { PageDeps } from './deps.js';
import { registerForms } from './forms.js';
import { frameOf, page } from './layout.js';
import { Message } from './message.js';
import { registerViews } from './views.js';

/** Only from this origin, and nothing inline. */
const CSP =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const assets = new URL('../../assets/', import.meta.url);

/** The style sheet is kept in parts, in the order of their names, and sent as one. */
const styles = (): string =>
  readdirSync(new URL('css/', assets))
    .toSorted()
    .map((name) => readFileSync(new URL(`css/${name}`, assets), 'utf8'))
    .join('\n');

/** A router with every page, form and asset. */
export function createPages(deps: PageDeps): Router {
  const router = new Router();
  router.use(async (ctx, next) => {
    ctx.set('Content-Security-Policy', CSP);
    // With `no-referrer` a browser sends `Origin: null` with a form, which the listener refuses.
    ctx.set('Referrer-Policy', 'same-origin');
    try {
      await next();
    } catch (error) {
      answerError(ctx, error);
    }
  });
  addAssets(router);
  registerViews(router, deps);
  registerForms(router, deps);
  router.get('/live', (ctx) => deps.live?.open(ctx));
  protectRoutes(router);
  return router;
}

function addAssets(router: Router): void {
  const add = (name: string, type: string, content: (ctx: Context) => string): void => {
    router.get(`/assets/${name}`, (ctx) => {
      ctx.type = type;
      ctx.set('Cache-Control', 'no-cache');
      ctx.body = content(ctx);
    });
  };
  const [css, js] = [styles(), readFileSync(new URL('longshore.js', assets), 'utf8')];
  add('longshore.css', 'text/css', () => css);
  add('longshore.js', 'text/javascript', () => js);
  add('icon.svg', 'image/svg+xml', ({ state }) => icon(state.site?.colour));
}

/** Maximum characters of an error message, which may repeat the request's own text. */
const MAX_MESSAGE_LENGTH = 1_000;

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  403: 'Not allowed',
  404: 'Not found',
  503: 'Unavailable',
  504: 'Search too slow',
};

function answerError(ctx: Context, error: unknown): void {
  if (!(error instanceof LongshoreError)) throw error;
  const { status = 500, expose } = ERRORS[error.code];
  if (error.code === 'QUEUE_UNAVAILABLE') showError(ctx, status, UNAVAILABLE, 'Redis unavailable');
  else if (error.code === 'ARCHIVE_UNAVAILABLE') {
    showError(ctx, status, [excerpt(error.message, MAX_MESSAGE_LENGTH), WAITING], 'Archive unavailable');
  } else
    showError(
      ctx,
      status,
      expose ? [excerpt(error.message, MAX_MESSAGE_LENGTH)] : ['See the log for details.'],
    );
}

/** The error's own message is for senders. */
const UNAVAILABLE = [
  'No events are lost: deliveries stay queued and resume when Redis is available again. Check /readyz.',
];

const WAITING =
  'No events are lost: they wait in the queue of the endpoint `archive` until PostgreSQL is available again. All other pages work.';

/** Answers an unknown address with a page. */
export const answerUnknown: Middleware = async (ctx, next) => {
  await next();
  if (ctx.status !== 404 || ctx.body) return;
  ctx.set('Content-Security-Policy', CSP);
  showError(ctx, 404, [`No page at ${excerpt(ctx.path)}.`]);
};

function showError(
  ctx: Context,
  status: number,
  text: readonly string[],
  title = TITLES[status] ?? 'Request failed',
): void {
  const children = <Message title={title} text={text} links={[{ href: '/', text: 'Endpoints' }]} />;
  ctx.status = status;
  ctx.type = 'html';
  ctx.body = page({ title, ...frameOf(ctx), children });
}
