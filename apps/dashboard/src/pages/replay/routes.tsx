/** The page of replays, and its form. */
import type Router from '@koa/router';
import type { ReplayQuery } from '@longshore/operator/replay';
import { actorOf } from '../../access/routes.js';
import type { PageDeps } from '../deps.js';
import { type Params, param, readForm } from '../params.js';
import type { View } from '../view.js';
import { ReplayPage } from './replay.js';

const FIELDS = ['endpoint', 'since', 'until', 'repository', 'action', 'resume'] as const;

/** What the address or the form says. */
export function replayParams(params: Params): ReplayQuery {
  const fields = FIELDS.map((name) => [name, param(params, name)] as const);
  const known = Object.fromEntries(fields.filter(([, value]) => value !== undefined));
  return param(params, 'force') === 'true' ? { ...known, force: true } : known;
}

/** The page: the form, and the number of events once it is filled in. */
export function replayViews({ admin }: PageDeps): Record<string, View> {
  return {
    '/replay': async (params) => {
      const query = replayParams(params);
      const all = await admin.endpoints();
      const able = all.filter(({ configured, disabled, kind, name }) => {
        return configured && !disabled && kind !== 'archive' && !name.startsWith('alerts/');
      });
      const asked = query.endpoint !== undefined && query.since !== undefined;
      const events = asked ? await admin.countReplay(query) : undefined;
      const blocked = all.find(({ name }) => name === query.endpoint)?.blocked;
      const endpoints = able.map(({ name }) => name);
      const children = <ReplayPage {...{ query, endpoints, blocked, events }} />;
      return { title: 'Replay', here: 'events', children };
    },
  };
}

/** The button. */
export function registerReplayForm(router: Router, { jobs }: PageDeps): void {
  router.post('/replay', async (ctx) => {
    const query = replayParams(await readForm(ctx.req));
    const { id } = await jobs.replay(query, undefined, actorOf(ctx));
    ctx.status = 303;
    ctx.redirect(`/operations/${id}`);
  });
}
