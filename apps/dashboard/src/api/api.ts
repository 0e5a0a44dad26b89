/**
 * The JSON API below `/api/v1`: paths, methods, what goes in, and the one translator from an error to an answer.
 * A change is posted as application/json, which no form can send; who may at all is decided before (auth.ts).
 */
import Router from '@koa/router';
import { nearest } from '@longshore/config';
import { ERRORS, excerpt, LongshoreError, parseJson, printableLines } from '@longshore/event';
import type Koa from 'koa';
import getRawBody from 'raw-body';
import { z } from 'zod';
import type { Operate } from '../operate/index.js';
import type { Operations } from '../operate/operations.js';
import { parse } from '../operate/words.js';
import { openApi } from './openapi.js';
import type { Route } from './route.js';
import { routesOf } from './routes/index.js';

/** Where the API is. */
const API_PATH = '/api/v1';

/** A filter with a thousand ids has some 40 KB. */
const LARGEST_BODY = '256kb';
const RETRY_AFTER = '5';

/** Characters of an error's message: it may repeat what was asked for. */
const MOST_SAID = 1_000;

/** It answers JSON; nothing of it is to be shown or run. */
const CSP = "default-src 'none'; frame-ancestors 'none'";

const nothing = z.strictObject({});

export interface ApiParts {
  operate: Operate;
  operations: Operations;
  version: string;
  /** A fault of ours, for the log; the caller reads no more than that there was one. */
  onFault(error: unknown): void;
}

/** Answers everything below {@link API_PATH}, what is not there included. */
export function createApi({ operate, operations, version, onFault }: ApiParts): Koa.Middleware {
  const routes = routesOf(operate, operations);
  const document = openApi(routes, API_PATH, version);
  const router = new Router({ prefix: API_PATH });
  router.get('/openapi.json', (ctx) => {
    ctx.body = document;
  });
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router[route.method](path, async (ctx) => {
      const query = parse(route.query ?? nothing, { ...ctx.query });
      const body = route.method === 'post' ? parse(route.body ?? nothing, await bodyOf(ctx)) : {};
      ctx.body = await route.handle({ params: ctx.params, query, body });
      ctx.status = route.status;
    });
  }
  const known = ['/openapi.json', ...new Set(routes.map(({ path }) => path))];
  const answer = router.routes() as Koa.Middleware;
  return async (ctx, next) => {
    if (ctx.path !== '/api' && !ctx.path.startsWith('/api/')) return next();
    ctx.set('Content-Security-Policy', CSP);
    try {
      assertMethod(ctx, routes);
      await answer(ctx, async () => refuse(ctx, known));
    } catch (error) {
      answerError(ctx, error, onFault);
    }
    // The same JSON, also for whoever reads it on a terminal.
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
      'a change is posted as JSON: send Content-Type: application/json, and at least {}',
    );
  }
  const text = await getRawBody(ctx.req, { limit: LARGEST_BODY, encoding: 'utf8' }).catch(() => {
    throw new LongshoreError(
      'REQUEST_INVALID',
      `the body did not arrive whole, or is larger than ${LARGEST_BODY}`,
    );
  });
  try {
    const value: unknown = text.trim() === '' ? {} : parseJson(text);
    return value;
  } catch {
    throw new LongshoreError('REQUEST_INVALID', 'the body is not JSON, or is nested deeper than 100 levels');
  }
}

/** A path that is written out wins over one with a parameter: GET /dead/retry asks for no delivery. */
function assertMethod(ctx: Koa.Context, routes: readonly Route[]): void {
  const path = ctx.path.slice(API_PATH.length);
  const exact = routes.filter((route) => route.path === path);
  const there = exact.length > 0 ? exact : routes.filter((route) => matches(route.path, path));
  const methods = path === '/openapi.json' ? ['get'] : there.map(({ method }) => method);
  if (methods.length === 0 || methods.includes(ctx.method === 'HEAD' ? 'get' : ctx.method.toLowerCase()))
    return;
  const allowed = methods.map((method) => (method === 'get' ? 'GET, HEAD' : method.toUpperCase())).join(', ');
  ctx.set('Allow', allowed);
  throw new LongshoreError(
    'REQUEST_METHOD',
    `${ctx.method} is not taken on ${excerpt(ctx.path)}; taken is ${allowed}`,
  );
}

function refuse(ctx: Koa.Context, known: readonly string[]): never {
  const close = nearest(ctx.path.slice(API_PATH.length), known);
  const hint = close
    ? `; did you mean ${API_PATH}${close}?`
    : `; ${API_PATH}/openapi.json lists what is there`;
  throw new LongshoreError('REQUEST_NOT_FOUND', `there is nothing at ${excerpt(ctx.path)}${hint}`);
}

const matches = (pattern: string, path: string): boolean => {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, n) => (part.startsWith('{') ? given[n] !== '' : part === given[n]))
  );
};

function answerError(ctx: Koa.Context, error: unknown, onFault: (error: unknown) => void): void {
  const isKnown = error instanceof LongshoreError;
  if (!isKnown) onFault(error);
  const { status = 500, expose } = ERRORS[isKnown ? error.code : 'INTERNAL'];
  ctx.status = status;
  if (status === 503) ctx.set('Retry-After', RETRY_AFTER);
  ctx.body = {
    error: isKnown ? error.code : 'INTERNAL',
    message: isKnown && expose ? excerpt(error.message, MOST_SAID) : 'internal error, see the log',
  };
}
