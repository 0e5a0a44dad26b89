/** The forms of the pages: what each of them does, and where it leads. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { deliveryPath } from './deliveries.js';
import { page } from './layout.js';
import { Message, type MessageProps } from './message.js';
import { endpointPath } from './overview.js';
import { count } from './parts.js';
import type { PageParts } from './port.js';
import { assertMeant, deadQuery, formOf, given } from './words.js';

/** A repeated look at what a form led to does not do it again. */
function goOn(ctx: Context, path: string): void {
  ctx.status = 303;
  ctx.redirect(path);
}

function say(ctx: Context, message: MessageProps): void {
  ctx.type = 'html';
  ctx.body = page({ title: message.title, children: <Message {...message} /> });
}

export function addActs(router: Router, parts: PageParts): void {
  addEndpointActs(router, parts);
  addDeadActs(router, parts);
  addQuarantineActs(router, parts);
}

function addEndpointActs(router: Router, { operate }: PageParts): void {
  router.post('/endpoints/:name/pause', async (ctx) => {
    const { name = '' } = ctx.params;
    await operate.pause(name, given(await formOf(ctx.req), 'reason'));
    goOn(ctx, endpointPath(name));
  });
  router.post('/endpoints/:name/resume', async (ctx) => {
    const { name = '' } = ctx.params;
    await formOf(ctx.req);
    await operate.resume(name);
    goOn(ctx, endpointPath(name));
  });
}

function addDeadActs(router: Router, { operate, operations }: PageParts): void {
  for (const act of ['retry', 'drop'] as const) {
    router.post(`/dead/${act}`, async (ctx) => {
      const form = await formOf(ctx.req);
      const { id, ...words } = deadQuery(form);
      assertMeant({ ...words, ...(id && { id }) }, form);
      // One is done at once, and so tells at once when it was gone already.
      if (id) await (act === 'retry' ? operate.retryDead({ id }) : operate.dropDead({ id }));
      if (id) goOn(ctx, act === 'retry' ? deliveryPath(id) : '/dead');
      else goOn(ctx, `/operations/${(await operations.start(act, words)).id}`);
    });
  }
  router.post('/operations/:id/cancel', async (ctx) => {
    const { id = '' } = ctx.params;
    await formOf(ctx.req);
    operations.cancel(id);
    goOn(ctx, `/operations/${id}`);
  });
}

function addQuarantineActs(router: Router, { operate }: PageParts): void {
  const links = [
    { href: '/quarantine', words: 'Quarantine' },
    { href: '/', words: 'Endpoints' },
  ];
  router.post('/quarantine/retry', async (ctx) => {
    const form = await formOf(ctx.req);
    const words = { id: given(form, 'id') };
    assertMeant(words.id ? words : {}, form);
    const outcomes = { taken: 0, unreadable: 0, cut: 0, gone: 0 };
    const reasons = new Set<string>();
    let made = 0;
    for await (const result of operate.retryQuarantine(words)) {
      outcomes[result.outcome]++;
      if (result.outcome === 'taken') made += result.enqueued;
      if (result.outcome === 'unreadable') reasons.add(result.reason);
    }
    const { taken, unreadable, cut, gone } = outcomes;
    const lines = [
      `${count(made, 'delivery', 'deliveries')} made.`,
      ...(unreadable > 0 ? [`${unreadable} still cannot be read: ${[...reasons].join('; ')}`] : []),
      ...(cut > 0 ? [`${cut} too large to be kept whole, so they cannot be read again.`] : []),
      ...(gone > 0 ? [`${gone} taken or dropped by somebody else meanwhile.`] : []),
    ];
    const tone = unreadable + cut > 0 ? 'warn' : 'good';
    say(ctx, { title: `${count(taken, 'request')} taken`, words: lines, tone, links });
  });
  router.post('/quarantine/drop', async (ctx) => {
    const form = await formOf(ctx.req);
    const words = { id: given(form, 'id') };
    assertMeant(words.id ? words : {}, form);
    const dropped = await operate.dropQuarantine(words);
    say(ctx, {
      title: `${count(dropped, 'request')} dropped`,
      words: ['Each is in the log.'],
      tone: 'good',
      links,
    });
  });
}
