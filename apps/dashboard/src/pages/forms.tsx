/** The forms of the pages: the action of each, and the page that follows. */
import type Router from '@koa/router';
import { plural } from '@longshore/event';
import { requireFilterOrAll } from '@longshore/operator';
import { ACTIONS } from '@longshore/operator/actions';
import type { Context } from 'koa';
import { actorOf, assertMayDrop } from '../access/routes.js';
import { deliveryPath } from './deliveries.js';
import type { PageDeps } from './deps.js';
import { frameOf, page } from './layout.js';
import { Message, type MessageProps } from './message.js';
import { endpointPath } from './overview.js';
import { deadLetterParams, param, readForm, selectsAll } from './params.js';
import { registerReplayForm } from './replay/routes.js';

/** Reloading the next page does not repeat the action. */
function seeOther(ctx: Context, path: string): void {
  ctx.status = 303;
  ctx.redirect(path);
}

function show(ctx: Context, message: MessageProps): void {
  ctx.type = 'html';
  ctx.body = page({ title: message.title, ...frameOf(ctx), children: <Message {...message} /> });
}

/** Adds a route for each form. */
export function registerForms(router: Router, deps: PageDeps): void {
  registerEndpointForms(router, deps);
  registerDeadLetterForms(router, deps);
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

function registerDeadLetterForms(router: Router, { admin, jobs }: PageDeps): void {
  for (const action of ['retry', 'drop'] as const) {
    router.post(`/dead/${action}`, async (ctx) => {
      const form = await readForm(ctx.req);
      const query = deadLetterParams(form);
      const { id } = query;
      requireFilterOrAll(query, selectsAll(form));
      const actor = actorOf(ctx);
      if (action === 'drop') assertMayDrop(actor, id);
      const service = admin.as(actor);
      // A single one within the request, so that the next page shows the result.
      if (id) await (action === 'retry' ? service.retryDeadLetters({ id }) : service.dropDeadLetters({ id }));
      if (id) seeOther(ctx, action === 'retry' ? deliveryPath(id) : '/dead');
      else seeOther(ctx, `/operations/${(await jobs.start(action, query, undefined, actor)).id}`);
    });
  }
  router.post('/operations/:id/cancel', async (ctx) => {
    const { id = '' } = ctx.params;
    await readForm(ctx.req);
    jobs.cancel(id);
    seeOther(ctx, `/operations/${id}`);
  });
}

function registerQuarantineForms(router: Router, { admin }: PageDeps): void {
  const links = [
    { href: '/quarantine', text: 'Quarantine' },
    { href: '/', text: 'Endpoints' },
  ];
  router.post('/quarantine/retry', async (ctx) => {
    const form = await readForm(ctx.req);
    const query = { id: param(form, 'id') };
    requireFilterOrAll(query, selectsAll(form));
    const outcomes = { taken: 0, unreadable: 0, cut: 0, gone: 0 };
    const reasons = new Set<string>();
    let enqueued = 0;
    for await (const result of admin.as(actorOf(ctx)).retryQuarantine(query)) {
      outcomes[result.outcome]++;
      if (result.outcome === 'taken') enqueued += result.enqueued;
      if (result.outcome === 'unreadable') reasons.add(result.reason);
    }
    const { taken, unreadable, cut, gone } = outcomes;
    const lines = [
      `${plural(enqueued, 'delivery', 'deliveries')} enqueued.`,
      ...(unreadable > 0 ? [`${unreadable} still cannot be parsed: ${[...reasons].join('; ')}`] : []),
      ...(cut > 0 ? [`${cut} cannot be retried: only the first part of the body was kept.`] : []),
      ...(gone > 0 ? [`${gone} retried or deleted by someone else in the meantime.`] : []),
    ];
    const tone = unreadable + cut > 0 ? 'warn' : 'good';
    show(ctx, { title: `${plural(taken, 'request')} accepted`, text: lines, tone, links });
  });
  router.post('/quarantine/drop', async (ctx) => {
    const form = await readForm(ctx.req);
    const query = { id: param(form, 'id') };
    requireFilterOrAll(query, selectsAll(form));
    const actor = actorOf(ctx);
    assertMayDrop(actor, query.id);
    const dropped = await admin.as(actor).dropQuarantine(query);
    show(ctx, {
      title: `${plural(dropped, 'request')} deleted`,
      text: ['Each deletion is in the log.'],
      tone: 'good',
      links,
    });
  });
}
