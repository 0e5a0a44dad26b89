/**
 * The HTTP face of ingest: paths, methods, and the one translator from an error to an answer.
 * What happens to a webhook is in `pipeline.ts`.
 *
 * The path that a registry posts each event to is answered without Koa: its context and its response cost as much as
 * reading the event. Every other request passes through Koa.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import Router from '@koa/router';
import type { Observer } from '@longshore/observe';
import type { RequestHead } from '@longshore/sources';
import Koa from 'koa';
import { type Answer, createErrorAnswers, type ErrorAnswers, writeAnswer } from './answer.js';
import type { Bodies } from './body/index.js';
import type { ClientAddress } from './client-address.js';
import type { Admit } from './pipeline.js';
import type { Receipt } from './receipt.js';

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
export function createApp(parts: AppParts): RequestListener {
  const { observer } = parts;
  const take = createTaker(parts);
  const errors = createErrorAnswers(parts);
  const others = createKoa(parts, take, errors).callback();

  const takeOpen = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = performance.now();
    let receipt: Receipt | undefined;
    try {
      receipt = await take(request, { path: OPEN });
      writeAnswer(response, receipt);
    } catch (error) {
      writeAnswer(response, await errors.of(error, { request, path: OPEN }));
    }
    observer.requestAnswered({
      source: receipt?.source ?? 'unknown',
      status: response.statusCode,
      ms: performance.now() - started,
      trace: receipt?.trace,
    });
  };
  return (request, response) => {
    if (request.method !== 'POST' || request.url !== OPEN) return void others(request, response);
    takeOpen(request, response).catch((err: unknown) => {
      // A fault in a record, or in the answer to an error, costs at most this connection.
      if (!response.writableEnded) response.destroy();
      observer.log.error({ err, path: OPEN }, 'request failed inside Longshore');
    });
  };
}

/** Where a request was sent to. */
interface Target {
  path: string;
  /** Without the `?`. */
  query?: string;
}

type Taker = (request: IncomingMessage, target: Target) => Promise<Receipt>;

/** @throws LongshoreError whose row in `ERRORS` has the status to answer */
function createTaker({ admit, bodies, clientAddress }: AppParts): Taker {
  return async (request, { path, query }) => {
    const remote = clientAddress(request);
    const head: RequestHead = {
      ...{ method: request.method ?? '', path, headers: request.headers, receivedAt: Date.now() },
      ...(query && { query: new URLSearchParams(query) }),
      ...(remote !== undefined && { remote }),
    };
    // Until a request is admitted not a byte of its body is read.
    const { takesBody, receive } = await admit(head);
    return takesBody ? bodies.read(request, head, receive) : receive({ ...head, body: NO_BODY });
  };
}

const NO_BODY = Buffer.alloc(0);

function createKoa({ paths, observer }: AppParts, take: Taker, errors: ErrorAnswers): Koa {
  const app = new Koa();
  app.silent = true; // errors are answered and recorded below

  const router = new Router();
  router.get('/health', (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.register(WEBHOOK_PATHS, WEBHOOK_METHODS, async (ctx) => {
    const receipt = await take(ctx.req, { path: ctx.path, query: ctx.querystring });
    ctx.state.source = receipt.source;
    ctx.state.trace = receipt.trace;
    answer(ctx, receipt);
  });

  app.use(async (ctx, next) => {
    const started = performance.now();
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) throw errors.unknown(ctx.method, ctx.path);
    } catch (error) {
      answer(ctx, await errors.of(error, { request: ctx.req, path: ctx.path, name: nameIn(ctx, paths()) }));
    }
    if (ctx.path === '/health') return; // a probe is not a webhook
    observer.requestAnswered({
      source: ctx.state.source ?? 'unknown',
      status: ctx.status,
      ms: performance.now() - started,
      trace: ctx.state.trace,
    });
  });
  app.use(router.routes() as Koa.Middleware);
  return app;
}

function answer(ctx: Koa.Context, { status, headers, body = '' }: Answer): void {
  ctx.status = status;
  if (headers) ctx.set({ ...headers });
  ctx.body = body;
}

/** A request may be refused before its source is known; what is no source's name may be a secret. */
function nameIn(ctx: Koa.Context, paths: readonly string[]): string | undefined {
  if (ctx.state.source !== undefined) return ctx.state.source;
  const name: string | undefined = ctx.params?.name;
  return name !== undefined && paths.includes(`/sources/${encodeURIComponent(name)}`) ? name : undefined;
}
