/** The forms of quarantine. */
import type Router from '@koa/router';
import { plural } from '@longshore/event';
import { requireFilterOrAll } from '@longshore/operator';
import { actorOf, assertMayDrop } from '../../access/routes.js';
import type { PageDeps } from '../deps.js';
import { frameOf, page } from '../layout.js';
import { Message } from '../message.js';
import { param, rateOf, readForm, seeOther, selectsAll } from '../params.js';
import { quarantineParams } from './query.js';

const LINKS = [
  { href: '/quarantine', text: 'Quarantine' },
  { href: '/', text: 'Endpoints' },
];

/** See the header. */
export function registerQuarantineForms(router: Router, { admin, jobs }: PageDeps): void {
  router.post('/quarantine/retry', async (ctx) => {
    const form = await readForm(ctx.req);
    const query = quarantineParams(form);
    requireFilterOrAll(query, selectsAll(form));
    const rate = rateOf(form);
    const how = { as: param(form, 'as'), ...(rate !== undefined && { rate }) };
    const { id } = await jobs.quarantine(query, how, actorOf(ctx));
    seeOther(ctx, `/operations/${id}`);
  });
  router.post('/quarantine/drop', async (ctx) => {
    const form = await readForm(ctx.req);
    const query = quarantineParams(form);
    requireFilterOrAll(query, selectsAll(form));
    const actor = actorOf(ctx);
    assertMayDrop(actor, query.id);
    const dropped = await admin.as(actor).dropQuarantine(query);
    const message = {
      title: `${plural(dropped, 'request')} deleted`,
      text: ['Each deletion is in the log.'],
      tone: 'good' as const,
      links: LINKS,
    };
    ctx.type = 'html';
    ctx.body = page({ title: message.title, ...frameOf(ctx), children: <Message {...message} /> });
  });
}
