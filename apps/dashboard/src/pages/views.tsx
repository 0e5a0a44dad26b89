/** The pages that only read: what each address shows. */
import type Router from '@koa/router';
import { imageName, LongshoreError } from '@longshore/event';
import { untilFull } from '@longshore/operator/format';
import { archiveViews } from './archive/views/index.js';
import { deadLetterViews } from './dead/views.js';
import { deliveryViews } from './delivery/views.js';
import type { PageDeps } from './deps.js';
import { DoctorPage } from './doctor.js';
import { EndpointPage } from './endpoint/endpoint.js';
import { listTab, tabOf } from './endpoint/tab.js';
import { blockedEndpoints } from './event/blocked.js';
import { explainViews } from './explain/routes.js';
import { Home } from './home/home.js';
import { homeQuery, select } from './home/select.js';
import { frameOf, page } from './layout.js';
import { OperationPage, OperationsPage } from './operations/operations.js';
import { param } from './params.js';
import { PreheatPage } from './preheat.js';
import { quarantineViews } from './quarantine/views.js';
import { replayViews } from './replay/routes.js';
import { SearchPage } from './search.js';
import { orSlow } from './slow.js';
import { createStale } from './stale.js';
import type { View } from './view.js';

const PAGE_SIZE = 50;
/** Characters of a search: more than a host, a repository and a digest have together. */
const MAX_SEARCH_LENGTH = 500;

const noRun = (name: string): LongshoreError =>
  new LongshoreError(
    'REQUEST_NOT_FOUND',
    `no such run of ${name}; it is no longer kept (\`keep\` of preheat or copy sets how many are)`,
  );

/** Adds a route for each page. */
export function registerViews(router: Router, deps: PageDeps): void {
  const views: Record<string, View> = {
    ...endpointViews(deps),
    ...deliveryViews(deps),
    ...deadLetterViews(deps),
    ...quarantineViews(deps),
    ...otherViews(deps),
    ...archiveViews(deps),
    ...replayViews(deps),
    ...explainViews(deps),
  };
  const home = createStale();
  for (const [path, view] of Object.entries(views)) {
    router.get(path, async (ctx) => {
      ctx.type = 'html';
      const make = () => view(new URLSearchParams(ctx.querystring), ctx.params);
      const shown = await (path === '/doctor' ? make() : orSlow(make, deps.admin.ping));
      if (shown === undefined) ctx.status = 503;
      else home.keep(path, ctx.url, shown, deps.now());
      ctx.body = page({ ...(shown ?? home.instead(path, ctx.url, deps.now())), ...frameOf(ctx) });
    });
  }
}

function endpointViews({ admin, health, boardPath, now }: PageDeps): Record<string, View> {
  return {
    '/': async (params) => {
      const query = homeQuery(params);
      const [rows, quarantined, samples, sources] = await Promise.all([
        admin.endpoints(),
        admin.countQuarantine(),
        admin.memory(),
        admin.sources(),
      ]);
      const selection = select(rows, query);
      const activity = await admin.activity(selection.shown.map(({ name }) => name));
      const props = { rows, selection, activity, quarantined, samples, sources, ...health(), now: now() };
      return { title: 'Endpoints', here: 'endpoints', children: <Home {...props} /> };
    },
    '/endpoints/:name': async (params, { name = '' }) => {
      const overview = await admin.endpoint(name);
      const tab = tabOf(params, overview.pulse);
      const paging = { limit: PAGE_SIZE, after: param(params, 'after') };
      const [deliveries, [activity], samples, runs] = await Promise.all([
        listTab(admin, name, tab, paging),
        admin.activity([name]),
        admin.memory(),
        overview.kind === 'preheat' || overview.kind === 'copy' ? admin.preheats(name) : [],
      ]);
      if (!activity) throw new Error(`no activity of ${name}`);
      const props = {
        ...{ overview, activity, tab, deliveries, runs, described: admin.described(name) },
        ...{ redisFullMs: untilFull(samples), boardPath: boardPath(name), now: now() },
      };
      return { title: name, here: 'endpoints', children: <EndpointPage {...props} /> };
    },
    '/endpoints/:name/preheats/:id': async (_, { name = '', id = '' }) => {
      const run = (await admin.preheats(name)).find((each) => each.id === id);
      if (!run) throw noRun(name);
      return { title: imageName(run), here: 'endpoints', children: <PreheatPage run={run} /> };
    },
  };
}

function otherViews({ admin, jobs, doctor, now }: PageDeps): Record<string, View> {
  return {
    '/doctor': async (params) => {
      const checks = param(params, 'run') === undefined ? undefined : await doctor?.();
      return { title: 'Checks', here: 'doctor', children: <DoctorPage {...(checks && { checks })} /> };
    },
    '/search': async (params) => {
      const search = param(params, 'q')?.slice(0, MAX_SEARCH_LENGTH);
      const traced = search ? await admin.trace({ search, limit: PAGE_SIZE }) : undefined;
      const blocked = traced ? await blockedEndpoints(admin) : new Map();
      return {
        title: search ?? 'Search',
        here: 'search',
        search,
        children: <SearchPage traced={traced} blocked={blocked} />,
      };
    },
    '/operations': async () => ({
      title: 'Operations',
      here: 'operations',
      children: <OperationsPage jobs={await jobs.list()} now={now()} />,
    }),
    '/operations/:id': async (_, { id = '' }) => ({
      title: 'Operation',
      here: 'operations',
      children: <OperationPage job={await jobs.get(id)} now={now()} />,
    }),
  };
}
