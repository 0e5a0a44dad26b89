/**
 * The JSON API below `/api/v1`: paths, methods, parsing of input, and the one translator from an error to an answer.
 * A change is a POST of application/json, which no HTML form can send. Access is checked before (auth.ts).
 */
import { Readable } from 'node:stream';
import Router from '@koa/router';
import type { ArchiveReader } from '@longshore/archive/read';
import { ERRORS, excerpt, LongshoreError, parseJson, printableLines } from '@longshore/event';
import type { AdminService } from '@longshore/operator';
import type { BulkJobs } from '@longshore/operator/bulk';
import { parseInput, suggest } from '@longshore/operator/schemas';
import type Koa from 'koa';
import getRawBody from 'raw-body';
import { z } from 'zod';
import { actorOf, protectRoutes } from '../access/routes.js';
import { exportFormat, goneSignal, isGone, sendExport } from './export.js';
import { openApi } from './openapi.js';
import { routesOf } from './routes/index.js';

/** Path prefix of the API. */
const API_PATH = '/api/v1';

/** A filter with a thousand ids has some 40 KB. */
const MAX_BODY = '256kb';
const RETRY_AFTER_SECONDS = '5';

/** Maximum characters of an error message, which may repeat the request's own text. */
const MAX_MESSAGE_LENGTH = 1_000;

/** Answers are JSON: a browser must not render or run them. */
const CSP = "default-src 'none'; frame-ancestors 'none'";

const noInput = z.strictObject({});

/** What the API works with. */
export interface ApiDeps {
  admin: AdminService;
  jobs: BulkJobs;
  /** Absent: the configuration has no `archive`. */
  archive?: ArchiveReader | undefined;
  version: string;
  /** An internal error, for the log; the client gets no details. */
  onInternalError(error: unknown): void;
}

/** Answers everything below `/api`, unknown paths included. */
export function createApi({ admin, jobs, archive, version, onInternalError }: ApiDeps): Koa.Middleware {
  const routes = routesOf(admin, jobs, archive);
  // Made for the first that asks: it costs as much CPU as everything else in the start of a relay.
  let document: object | undefined;
  const router = new Router({ prefix: API_PATH });
  router.get('/openapi.json', (ctx) => {
    document ??= openApi(routes, API_PATH, version);
    ctx.body = document;
  });
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router[route.method](path, async (ctx) => {
      const query = parseInput(route.query ?? noInput, { ...ctx.query });
      const body = route.method === 'post' ? parseInput(route.body ?? noInput, await bodyOf(ctx)) : {};
      const input = { params: ctx.params, query, body, actor: actorOf(ctx), signal: goneSignal(ctx) };
      const format = route.export && exportFormat(ctx, query);
      if (route.export && format) await sendExport(ctx, format, route.export(input), onInternalError);
      else ctx.body = await route.handle(input);
      ctx.status = route.status;
    });
  }
  protectRoutes(router);
  const known = ['/openapi.json', ...new Set(routes.map(({ path }) => path))].map((path) => API_PATH + path);
  const answer = router.routes() as Koa.Middleware;
  return async (ctx, next) => {
    if (ctx.path !== '/api' && !ctx.path.startsWith('/api/')) return next();
    ctx.set('Content-Security-Policy', CSP);
    try {
      assertMethod(ctx, router);
      await answer(ctx, async () => refuseUnknown(ctx, known));
    } catch (error) {
      if (isGone(ctx)) return;
      answerError(ctx, error, onInternalError);
    }
    if (ctx.body instanceof Readable) return;
    // Escaped for terminals, which may print it; the JSON stays the same.
    const text = printableLines(JSON.stringify(ctx.body));
    ctx.type = 'json';
    ctx.body = text;
  };
}

async function bodyOf(ctx: Koa.Context): Promise<unknown> {
  const [type = ''] = ctx.get('content-type').split(';', 1);
  if (type.trim().toLowerCase() !== 'application/json') {
    throw new LongshoreError(
      'REQUEST_TYPE',
      'send Content-Type: application/json and a JSON object, at least {}',
    );
  }
  const text = await getRawBody(ctx.req, { limit: MAX_BODY, encoding: 'utf8' }).catch(() => {
    throw new LongshoreError('REQUEST_INVALID', `request body was truncated or is larger than ${MAX_BODY}`);
  });
  try {
    const value: unknown = text.trim() === '' ? {} : parseJson(text);
    return value;
  } catch {
    throw new LongshoreError(
      'REQUEST_INVALID',
      'request body is not JSON, or is nested deeper than 100 levels',
    );
  }
}

/** Refuses a method that the path does not have. A literal path wins over a parameter: GET /dead/retry is no delivery. */
function assertMethod(ctx: Koa.Context, router: Router): void {
  const { path: layers } = router.match(ctx.path, ctx.method);
  const literal = layers.filter(({ path }) => path === ctx.path);
  const methods = (literal.length > 0 ? literal : layers).flatMap((layer) => layer.methods);
  if (methods.length === 0 || methods.includes(ctx.method)) return;
  const allowed = methods.toSorted().join(', ');
  ctx.set('Allow', allowed);
  throw new LongshoreError(
    'REQUEST_METHOD',
    `${ctx.method} is not allowed on ${excerpt(ctx.path)}; allowed: ${allowed}`,
  );
}

function refuseUnknown(ctx: Koa.Context, known: readonly string[]): never {
  const hint = suggest(ctx.path, known);
  throw new LongshoreError('REQUEST_NOT_FOUND', `no such path ${excerpt(ctx.path)}${hint}`);
}

function answerError(ctx: Koa.Context, error: unknown, onInternalError: (error: unknown) => void): void {
  const isKnown = error instanceof LongshoreError;
  if (!isKnown) onInternalError(error);
  const { status = 500, expose } = ERRORS[isKnown ? error.code : 'INTERNAL'];
  ctx.status = status;
  if (status === 503) ctx.set('Retry-After', RETRY_AFTER_SECONDS);
  ctx.body = {
    error: isKnown ? error.code : 'INTERNAL',
    message:
      isKnown && expose
        ? excerpt(error.message, MAX_MESSAGE_LENGTH)
        : 'internal error; see the log of the dashboard',
  };
}
