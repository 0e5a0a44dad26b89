/** The forms of bulk operations: stop and continue. */
import type Router from '@koa/router';
import { actorOf, assertMayContinue } from '../../access/routes.js';
import type { PageDeps } from '../deps.js';
import { readForm, seeOther } from '../params.js';

/** See the header. */
export function registerOperationForms(router: Router, { jobs }: PageDeps): void {
  router.post('/operations/:id/cancel', async (ctx) => {
    await readForm(ctx.req);
    const { id } = await jobs.cancel(ctx.params.id ?? '');
    seeOther(ctx, `/operations/${id}`);
  });
  router.post('/operations/:id/continue', async (ctx) => {
    await readForm(ctx.req);
    const actor = actorOf(ctx);
    assertMayContinue(actor, await jobs.get(ctx.params.id ?? ''));
    const { id } = await jobs.proceed(ctx.params.id ?? '', actor);
    seeOther(ctx, `/operations/${id}`);
  });
}
