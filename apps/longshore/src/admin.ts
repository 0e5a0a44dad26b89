/** The admin listener: alive, ready, metrics, and the registry's expvar page. */
import Router from '@koa/router';
import Koa from 'koa';

/** What the admin listener asks the process. */
export interface AdminParts {
  version: string;
  /** What keeps this process from doing its job, one line each; empty when ready. */
  missing(): string[];
  /** What an operator should know besides, one line each. */
  notes(): string[];
  metrics(): Promise<{ contentType: string; body: string }>;
  vars(): Promise<object>;
}

/** `/healthz`, `/readyz`, `/metrics` and `/debug/vars`, without the listener. */
export function createAdmin({ version, missing, notes, metrics, vars }: AdminParts): Koa {
  const router = new Router();
  // Asks nobody else: a process that is restarted because Redis is away helps nobody.
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok', version, uptime: Math.round(process.uptime()) };
  });
  router.get('/readyz', (ctx) => {
    const reasons = missing();
    ctx.status = reasons.length === 0 ? 200 : 503;
    const said = notes();
    ctx.body = {
      ...(reasons.length === 0 ? { status: 'ready' } : { status: 'not ready', missing: reasons }),
      ...(said.length > 0 && { notes: said }),
    };
  });
  router.get('/metrics', async (ctx) => {
    const { contentType, body } = await metrics();
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
    ctx.body = { error: 'known are /healthz, /readyz, /metrics and /debug/vars' };
  });
  return app;
}
