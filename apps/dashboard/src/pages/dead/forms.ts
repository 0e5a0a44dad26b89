/** The forms of dead letters. */
import type Router from '@koa/router';
import { requireFilterOrAll } from '@longshore/operator';
import { actorOf, assertMayDrop } from '../../access/routes.js';
import { deliveryPath } from '../deliveries.js';
import type { PageDeps } from '../deps.js';
import { rateOf, readForm, seeOther, selectsAll } from '../params.js';
import { deadLetterParams } from './query.js';

/** See the header. */
export function registerDeadLetterForms(router: Router, { admin, jobs }: PageDeps): void {
  for (const action of ['retry', 'drop'] as const) {
    router.post(`/dead/${action}`, async (ctx) => {
      const form = await readForm(ctx.req);
      const query = deadLetterParams(form);
      requireFilterOrAll(query, selectsAll(form));
      const actor = actorOf(ctx);
      if (action === 'drop') assertMayDrop(actor, query.id);
      const service = admin.as(actor);
      const [id, ...others] = query.id ?? [];
      if (id === undefined || others.length > 0) {
        const job = await jobs.start(action, query, rateOf(form), actor);
        return seeOther(ctx, `/operations/${job.id}`);
      }
      // A single one within the request, so that the next page shows the result.
      await (action === 'retry' ? service.retryDeadLetters({ id }) : service.dropDeadLetters({ id }));
      seeOther(ctx, action === 'retry' ? deliveryPath(id) : '/dead');
    });
  }
}
