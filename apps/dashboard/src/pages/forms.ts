/** The forms of the pages: the action of each, and the page that follows. */
import type Router from '@koa/router';
import { ACTIONS } from '@longshore/operator/actions';
import { actorOf } from '../access/routes.js';
import { registerDeadLetterForms } from './dead/forms.js';
import { deliveryPath } from './deliveries.js';
import type { PageDeps } from './deps.js';
import { registerOperationForms } from './operations/forms.js';
import { endpointPath } from './overview.js';
import { param, readForm, seeOther } from './params.js';
import { registerQuarantineForms } from './quarantine/forms.js';
import { registerReplayForm } from './replay/routes.js';

/** Adds a route for each form. */
export function registerForms(router: Router, deps: PageDeps): void {
  registerEndpointForms(router, deps);
  registerDeadLetterForms(router, deps);
  registerOperationForms(router, deps);
  registerQuarantineForms(router, deps);
  registerReplayForm(router, deps);
}

function registerEndpointForms(router: Router, { admin }: PageDeps): void {
  router.post('/endpoints/:name/test', async (ctx) => {
    await readForm(ctx.req);
    seeOther(ctx, deliveryPath(await admin.as(actorOf(ctx)).test(ctx.params.name ?? '')));
  });
  for (const action of ACTIONS) {
    router.post(`/endpoints/:name/${action.name}`, async (ctx) => {
      const { name = '' } = ctx.params;
      const form = await readForm(ctx.req);
      const options = Object.keys(action.options).map((option) => [option, param(form, option)]);
      await admin.as(actorOf(ctx)).act(action, name, Object.fromEntries(options));
      seeOther(ctx, endpointPath(name));
    });
  }
}
