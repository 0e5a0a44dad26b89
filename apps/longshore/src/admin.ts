/** The admin listener: alive, ready, metrics, and the registry's expvar page. */
import Router from '@koa/router';
import Koa from 'koa';

/** What the admin listener reads from the process. */
export interface AdminParts {
  version: string;
  /** Why this process is not ready, one line each; empty when it is. */
  missing(): string[];
  /** Further notes for an operator, one line each. */
  notes(): string[];
  /** @param accept the reader's `Accept` header */
  metrics(accept: string): Promise<{ contentType: string; body: string }>;
  vars(): Promise<object>;
}

/** `/healthz`, `/readyz`, `/metrics` and `/debug/vars`, without the listener. */
export function createAdmin({ version, missing, notes, metrics, vars }: AdminParts): Koa {
  const router = new Router();
  // Does not check Redis: restarting this process would not bring it back.
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok', version, uptime: Math.round(process.uptime()) };
  });
  router.get('/readyz', (ctx) => {
    const reasons = missing();
    ctx.status = reasons.length === 0 ? 200 : 503;
    const extra = notes();
    ctx.body = {
      ...(reasons.length === 0 ? { status: 'ready' } : { status: 'not ready', missing: reasons }),
      ...(extra.length > 0 && { notes: extra }),
    };
  });
  router.get('/metrics', async (ctx) => {
    const { contentType, body } = await metrics(ctx.get('accept'));
    ctx.type = contentType;
    ctx.body = body;
  });
  router.get('/debug/vars', async (ctx) => {
    ctx.body = await vars();
  });
  const app = new Koa();
  app.use(router.routes());
  app.use((ctx) => {
    ctx.status = 404;
    ctx.body = { error: 'no such path; available: /healthz, /readyz, /metrics, /debug/vars' };
  });
  return app;
}
