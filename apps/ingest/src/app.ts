/**
 * The HTTP face of ingest: paths, methods, and the one translator from an error to an answer.
 * What happens to a webhook is in `pipeline.ts`.
 */
import type { IncomingMessage } from 'node:http';
import Router from '@koa/router';
import { ERRORS, excerpt, LongshoreError } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import { type RequestHead, withoutToken } from '@longshore/sources';
import Koa from 'koa';
import type { Bodies } from './body/index.js';
import type { ClientAddress } from './client-address.js';
import type { Admit } from './pipeline.js';
import type { Receipt } from './receipt.js';

const RETRY_AFTER = '5';
const OPEN = '/registry/notifications';
const WEBHOOK_PATHS = [OPEN, '/sources/:name', '/sources/:name/:token'];
/** Webhooks are POST requests; some senders first ask for permission with another method. */
const WEBHOOK_METHODS = ['POST', 'OPTIONS', 'GET'];

/** What the listener passes requests to. */
export interface AppParts {
  admit: Admit;
  bodies: Bodies;
  /** Paths that webhooks may be posted to, for a 404 that helps. */
  paths(): readonly string[];
  observer: Observer;
  clientAddress: ClientAddress;
  /** A request holds no secret, or a wrong one. Resolves when that may be answered. */
  onUnauthorized(request: IncomingMessage): Promise<void>;
}

/** The open path, the paths of the sources and the health check; errors become answers here and nowhere else. */
export function createApp(parts: AppParts): Koa {
  const { admit, bodies, paths, observer, onUnauthorized, clientAddress } = parts;
  const app = new Koa();
  app.silent = true; // the translator below answers and records

  const router = new Router();
  router.get('/health', (ctx) => {
    ctx.body = { status: 'ok' };
  });
  const take = async (ctx: Koa.Context): Promise<void> => {
    const head = headOf(ctx, clientAddress(ctx.req));
    // Until a request is admitted not a byte of its body is read.
    const { takesBody, receive } = await admit(head);
    const receipt = takesBody
      ? await bodies.read(ctx.req, head, receive)
      : await receive({ ...head, body: NO_BODY });
    answer(ctx, receipt);
  };
  router.register(WEBHOOK_PATHS, WEBHOOK_METHODS, take);

  app.use(async (ctx, next) => {
    const started = performance.now();
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) refuseUnknown(ctx, paths());
    } catch (error) {
      if (error instanceof LongshoreError && ERRORS[error.code].status === 401) await onUnauthorized(ctx.req);
      answerError(ctx, error, { paths: paths(), observer });
    }
    if (ctx.path === '/health') return; // a probe is not a webhook
    observer.requestAnswered({
      source: ctx.state.source ?? 'unknown',
      status: ctx.status,
      ms: performance.now() - started,
      trace: ctx.state.trace,
    });
  });
  const routes = router.routes() as Koa.Middleware;
  // The path of most requests is compared first, without a search among the routes.
  app.use((ctx, next) => (ctx.method === 'POST' && ctx.path === OPEN ? take(ctx) : routes(ctx, next)));
  return app;
}

const NO_BODY = Buffer.alloc(0);

function headOf(ctx: Koa.Context, remote: string | undefined): RequestHead {
  return {
    method: ctx.method,
    path: ctx.path,
    ...(ctx.querystring && { query: new URLSearchParams(ctx.querystring) }),
    headers: ctx.req.headers,
    receivedAt: Date.now(),
    ...(remote !== undefined && { remote }),
  };
}

function answer(ctx: Koa.Context, { source, status, headers, body = '', trace }: Receipt): void {
  ctx.state.source = source;
  ctx.state.trace = trace;
  ctx.status = status;
  if (headers) ctx.set({ ...headers });
  ctx.body = body;
}

/** A request may be refused before its source is known. */
function nameOrPath(ctx: Koa.Context, paths: readonly string[]): string {
  const name: string | undefined = ctx.params?.name;
  const isThere = name !== undefined && paths.includes(`/sources/${encodeURIComponent(name)}`);
  return ctx.state.source ?? (isThere ? name : withoutToken(ctx.path, paths));
}

function refuseUnknown(ctx: Koa.Context, paths: readonly string[]): never {
  if (ctx.path === '/health') {
    ctx.set('Allow', 'GET, HEAD');
    throw new LongshoreError('SOURCE_METHOD', `${ctx.method} is not taken on /health; it is asked with GET`);
  }
  if (paths.includes(ctx.path.replace(/\/$/, ''))) {
    throw new LongshoreError(
      'SOURCE_METHOD',
      `${ctx.method} is not taken on ${withoutToken(ctx.path, paths)}; webhooks are posted`,
    );
  }
  const known = [...paths.map((path) => `POST ${path}`), 'GET /health'];
  throw new LongshoreError(
    'SOURCE_UNKNOWN',
    `nothing listens on ${withoutToken(ctx.path, paths)}; known are ${known.join(', ')}`,
  );
}

function answerError(
  ctx: Koa.Context,
  error: unknown,
  { paths, observer }: { paths: readonly string[]; observer: Observer },
): void {
  const known =
    error instanceof LongshoreError ? error : new LongshoreError('INTERNAL', String(error), { cause: error });
  const { status = 500, expose } = ERRORS[known.code];
  if (known.code === 'INTERNAL')
    observer.log.error(
      { err: error, path: withoutToken(ctx.path, paths) },
      'request failed inside Longshore',
    );
  ctx.status = status;
  if (status === 503) ctx.set('Retry-After', RETRY_AFTER);
  if (status === 429) ctx.set('Retry-After', '1');
  if (status === 405) ctx.set('Allow', 'POST');
  if (status === 401) ctx.set('WWW-Authenticate', 'Bearer, Basic realm="longshore"');
  ctx.body = {
    error: known.code,
    message: expose ? (known.outside ?? known.message) : 'internal error, see the log',
  };
  observer.eventRefused({
    source: excerpt(nameOrPath(ctx, paths)),
    status,
    reason: known.code,
    detail: excerpt(known.message),
  });
}
