/** The pages to look at: what each address shows. Reads only. */
import type Router from '@koa/router';
import { LongshoreError } from '@longshore/event';
import type { ComponentChildren } from 'preact';
import type { Operate } from '../operate/index.js';
import { ConfirmDead, DeadPage, type DeadQuery } from './dead.js';
import { DeliveryPage } from './deliveries.js';
import { EndpointPage } from './endpoint.js';
import { type LayoutProps, page } from './layout.js';
import { Operation } from './message.js';
import { Overview } from './overview.js';
import type { PageParts } from './port.js';
import { imageOf, PreheatPage } from './preheat.js';
import { ConfirmQuarantineDrop, QuarantinedPage, QuarantinePage } from './quarantine.js';
import { SearchPage } from './search.js';
import { assertMeant, deadQuery, given, listedState, type Words } from './words.js';

/** What an address shows. */
type Shown = Omit<LayoutProps, 'children'> & { children: ComponentChildren };
type Show = (words: Words, params: Readonly<Record<string, string>>) => Promise<Shown>;

const LIMIT = 50;
/** Characters of a search: more than a host, a repository and a digest have. */
const MOST_SEARCHED = 500;
/** Entries of quarantine are read with their bodies. */
const FEW = 25;

const gone = (name: string): LongshoreError =>
  new LongshoreError(
    'REQUEST_NOT_FOUND',
    `this run of ${name} is no longer kept; \`preheat.keep\` says how many are`,
  );

/** Adds a route for each. */
export function addShown(router: Router, parts: PageParts): void {
  const shows: Record<string, Show> = { ...endpoints(parts), ...dead(parts), ...others(parts) };
  for (const [path, show] of Object.entries(shows)) {
    router.get(path, async (ctx) => {
      ctx.type = 'html';
      ctx.body = page(await show(new URLSearchParams(ctx.querystring), ctx.params));
    });
  }
}

function endpoints({ operate, health, boardPath, now }: PageParts): Record<string, Show> {
  return {
    '/': async () => {
      const [rows, quarantined] = await Promise.all([operate.endpoints(), operate.countQuarantine()]);
      const props = { rows, quarantined, ...health(), now: now() };
      return { title: 'Endpoints', here: 'endpoints', children: <Overview {...props} /> };
    },
    '/endpoints/:name': async (words, { name = '' }) => {
      const listed = listedState(words);
      const overview = await operate.endpoint(name);
      const paging = { limit: LIMIT, after: given(words, 'after') };
      const [{ items, next }, runs] = await Promise.all([
        operate.deliveries(name, listed, paging),
        overview.kind === 'preheat' ? operate.preheats(name) : [],
      ]);
      const more = { next, runs, boardPath: boardPath(name), now: now() };
      const props = { overview, listed, deliveries: items, ...more };
      return { title: name, here: 'endpoints', children: <EndpointPage {...props} /> };
    },
    '/endpoints/:name/preheats/:id': async (_, { name = '', id = '' }) => {
      const run = (await operate.preheats(name)).find((each) => each.id === id);
      if (!run) throw gone(name);
      return { title: imageOf(run), here: 'endpoints', children: <PreheatPage run={run} /> };
    },
    '/deliveries/:id': async (_, { id = '' }) => {
      const detail = await operate.delivery(id);
      const here = detail.state === 'dead' ? 'dead' : 'endpoints';
      return { title: `Delivery ${id}`, here, children: <DeliveryPage detail={detail} now={now()} /> };
    },
  };
}

function dead({ operate, now }: PageParts): Record<string, Show> {
  return {
    '/dead': async (words) => {
      const { id, ...query } = deadQuery(words);
      const paging = { limit: LIMIT, after: given(words, 'after') };
      const [{ items, next }, total, endpoints] = await Promise.all([
        operate.dead(query, paging),
        looksInside(query) ? undefined : operate.countDead(query),
        operate.names(),
      ]);
      const props = { query, letters: items, total, endpoints, next, now: now() };
      return { title: 'Dead letters', here: 'dead', children: <DeadPage {...props} /> };
    },
    '/dead/retry': async (words) => {
      const query = deadQuery(words);
      const [about, held] = await Promise.all([howMany(operate, query), operate.held(query)]);
      const children = <ConfirmDead act="retry" query={query} {...about} held={held} />;
      return { title: 'Retry', here: 'dead', children };
    },
    '/dead/drop': async (words) => {
      const query = deadQuery(words);
      const about = await howMany(operate, query);
      return {
        title: 'Drop',
        here: 'dead',
        children: <ConfirmDead act="drop" query={query} {...about} />,
      };
    },
  };
}

/** How many a filter finds. Where each has to be read for that, no more than a page looks through: a page is quick. */
async function howMany(operate: Operate, query: DeadQuery): Promise<{ total: number; orMore: boolean }> {
  if (!looksInside(query)) return { total: await operate.countDead(query), orMore: false };
  const { items, next } = await operate.dead(query, { limit: Number.MAX_SAFE_INTEGER });
  return { total: items.length, orMore: next !== undefined };
}

const looksInside = ({ repository, reason }: DeadQuery): boolean =>
  repository !== undefined || reason !== undefined;

function others({ operate, operations, now }: PageParts): Record<string, Show> {
  return {
    '/quarantine': async (words) => {
      const paging = { limit: FEW, after: given(words, 'after') };
      const [{ items, next }, total] = await Promise.all([
        operate.quarantine({}, paging),
        operate.countQuarantine(),
      ]);
      const props = { entries: items, total, next, now: now() };
      return { title: 'Quarantine', here: 'quarantine', children: <QuarantinePage {...props} /> };
    },
    '/quarantine/drop': async (words) => {
      const id = given(words, 'id');
      assertMeant(id ? { id } : {}, words);
      const total = id ? 1 : await operate.countQuarantine();
      return {
        title: 'Drop',
        here: 'quarantine',
        children: <ConfirmQuarantineDrop id={id} total={total} />,
      };
    },
    '/quarantine/:id': async (_, { id = '' }) => {
      const entry = await operate.quarantined(id);
      return { title: entry.reason, here: 'quarantine', children: <QuarantinedPage entry={entry} /> };
    },
    '/search': async (words) => {
      const search = given(words, 'q')?.slice(0, MOST_SEARCHED);
      const traced = search ? await operate.trace({ search, limit: LIMIT }) : undefined;
      const all = traced ? await operate.endpoints() : [];
      const rests = all.filter(({ state }) => ['paused', 'disabled', 'removed'].includes(state.name));
      const resting = new Map(rests.map(({ name, state }) => [name, state.name]));
      return {
        title: search ?? 'Search',
        here: 'search',
        search,
        children: <SearchPage traced={traced} resting={resting} />,
      };
    },
    '/operations/:id': async (_, { id = '' }) => ({
      title: 'Operation',
      here: 'dead',
      children: <Operation {...operations.get(id)} />,
    }),
  };
}
