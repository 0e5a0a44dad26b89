/** Each role on each route of pages, API and board. The routes are those that exist, not those of the table. */
import Router from '@koa/router';
import type { AdminService } from '@longshore/operator';
import { createBulkJobs } from '@longshore/operator/bulk';
import { createJournalReader } from '@longshore/queue/journal';
import type { Context } from 'koa';
import { describe, expect, test } from 'vitest';
import { createPages } from '../pages/pages.js';
import { ROUTES } from '../testing/api.js';
import { configOf, endpoints, startDashboard, type TestDashboard } from '../testing/dashboard.js';
import { protectRoutes, ROUTE_ROLES } from './routes.js';

const ROLES = ['viewer', 'operator', 'admin'] as const;
type Role = (typeof ROLES)[number];
const tokens = Object.fromEntries(ROLES.map((role) => [role, { secret: `token-of-${role}`, role }]));
const as = (role: Role) => ({ authorization: `Bearer token-of-${role}` });

/** `GET /dead/:id`, of every page and form. */
function pageRoutes(): string[] {
  const admin = {} as AdminService;
  const router = createPages({
    ...{ admin, jobs: createBulkJobs(admin), now: Date.now, boardPath: () => undefined },
    health: () => ({ full: false, warnings: [] }),
  });
  return router.stack.flatMap(({ methods, path }) =>
    methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${path}`),
  );
}

const apiRoutes = [
  'GET /api/v1/openapi.json',
  ...ROUTES.map(
    ({ method, path }) => `${method.toUpperCase()} /api/v1${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
  ),
];
const routes = [...pageRoutes(), ...apiRoutes];

const settings = { ...endpoints('one'), dashboard: { auth: { tokens } } };

/** Sends what a page, a form or a script sends; what is changed does not exist. */
function ask(dashboard: TestDashboard, route: string, role: Role, body: object = { id: NO_ID }) {
  const [method = '', pattern = ''] = route.split(' ');
  const path = pattern.replace(':name', 'nowhere').replace(':id', NO_ID);
  if (method === 'GET') return dashboard.get(path, as(role));
  if (path.startsWith('/api/v1')) {
    const takes = /dead|quarantine/.test(path) ? body : {};
    return dashboard.post(path.replace('/api/v1', ''), takes, as(role));
  }
  const form = new URLSearchParams(Object.entries(body).map(([key, value]) => [key, String(value)]));
  return fetch(dashboard.url + path, { method, headers: as(role), body: form, redirect: 'manual' });
}
const NO_ID = '0'.repeat(32);

test('every route has a role, and every role of the table a route', () => {
  expect(routes.toSorted()).toEqual([...ROUTE_ROLES.keys()].toSorted());
});

test('the issuer cannot return users to one of the pages', async () => {
  const words = new Set(routes.map((route) => route.split('/')[1] ?? ''));
  const oidc = { issuer: 'http://localhost', clientid: 'a', clientsecret: 'b' };
  for (const word of [...words, 'sign-in', 'sign-out', 'sign-in-with-password', 'queues']) {
    const auth = { oidc: { ...oidc, redirecturl: `http://localhost/${word}` } };
    await expect(configOf({ dashboard: { auth } }), word).rejects.toThrow('one of the dashboard’s pages');
  }
});

test('a role may use the routes of its own and of lower roles, and no others', async () => {
  const dashboard = await startDashboard(settings);
  for (const route of routes) {
    const needed = ROUTE_ROLES.get(route) ?? 'admin';
    for (const role of ROLES) {
      const { status } = await ask(dashboard, route, role);
      const expected = ROLES.indexOf(role) >= ROLES.indexOf(needed);
      expect([route, role, status !== 403 && status !== 401]).toEqual([route, role, expected]);
    }
  }
  expect(dashboard.internalErrors).toEqual([]);
});

test('the document names the role of each route', async () => {
  const dashboard = await startDashboard(settings);
  const response = await dashboard.get('/api/v1/openapi.json', as('viewer'));
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, object>> };
  for (const { method, path } of ROUTES) {
    expect(paths[path]?.[method]).toHaveProperty(
      'x-longshore-role',
      expect.stringMatching(/^(viewer|operator)$/),
    );
  }
});

test('a route without a row in the table is refused for everyone, and its handler not called', async () => {
  const called: string[] = [];
  const router = new Router();
  router.get('/new', () => void called.push('handler'));
  protectRoutes(router);
  const ctx = {
    request: {},
    method: 'GET',
    path: '/new',
    state: { actor: { name: 'a', kind: 'basic', role: 'admin' } },
  };
  const run = router.routes() as unknown as (ctx: Context, next: () => Promise<void>) => Promise<void>;
  await expect(run(ctx as unknown as Context, async () => {})).rejects.toMatchObject({
    code: 'REQUEST_REFUSED',
  });
  expect(called).toEqual([]);
});

describe('deleting', () => {
  test.each([
    ['POST /dead/drop', 'dead'],
    ['POST /api/v1/dead/drop', 'dead'],
    ['POST /quarantine/drop', 'quarantine'],
    ['POST /api/v1/quarantine/drop', 'quarantine'],
  ])('%s: one is for operators, many for admins', async (route) => {
    const dashboard = await startDashboard(settings);
    expect((await ask(dashboard, route, 'operator', { id: NO_ID })).status).toBeLessThan(400);
    const many = await ask(dashboard, route, 'operator', { all: true });
    expect([many.status, await many.text()]).toEqual([403, expect.stringContaining('needs the role admin')]);
    expect((await ask(dashboard, route, 'admin', { all: true })).status).toBeLessThan(400);
  });

  test('a list of two ids is many, and a filter by endpoint too', async () => {
    const dashboard = await startDashboard(settings);
    for (const filter of [{ id: [NO_ID, '1'.repeat(32)] }, { endpoint: 'one' }, { id: [] }]) {
      expect((await dashboard.post('/dead/drop', filter, as('operator'))).status).toBe(403);
    }
    expect((await dashboard.post('/dead/drop', { id: [NO_ID] }, as('operator'))).status).toBe(202);
  });
});

test('a deletion of many is continued by an admin alone', async () => {
  const dashboard = await startDashboard(settings);
  const dropped = await dashboard.post('/dead/drop', { endpoint: 'one' }, as('admin'));
  const { id } = (await dropped.json()) as { id: string };
  for (const route of [`POST /operations/${id}/continue`, `POST /api/v1/operations/${id}/continue`]) {
    const refused = await ask(dashboard, route, 'operator');
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('needs the role admin'),
    ]);
    expect((await ask(dashboard, route, 'admin')).status).toBeLessThan(400);
  }
});

describe('the board', () => {
  const full = { ...endpoints('one'), dashboard: { auth: { tokens }, queues: 'full' } };
  const retry = (dashboard: TestDashboard, id: string, role: Role) =>
    fetch(`${dashboard.url}/queues/api/queues/${encodeURIComponent('{one}')}/${id}/retry`, {
      method: 'PUT',
      headers: as(role),
    });

  test('everyone looks; only an admin changes something, which is noted', async () => {
    const dashboard = await startDashboard(full);
    const { id } = await dashboard.die('one');
    for (const role of ROLES) {
      expect((await dashboard.get('/queues/api/queues', as(role))).status).toBe(200);
    }
    for (const role of ['viewer', 'operator'] as const) {
      const refused = await retry(dashboard, id, role);
      expect([refused.status, await refused.json()]).toEqual([
        403,
        { error: expect.stringContaining('role admin') },
      ]);
    }
    expect(await dashboard.inspector.counts('one')).toMatchObject({ dead: 1 });
    expect((await retry(dashboard, id, 'admin')).status).toBeLessThan(300);
    const reader = createJournalReader(dashboard.client, dashboard.prefix, (_): _ is never => false);
    const noted = (await reader.read('')).notes.map(({ entry }) => entry);
    expect(noted).toEqual([
      expect.objectContaining({
        ...{ what: 'acted', actor: 'admin', kind: 'token', role: 'admin', action: 'board', result: 'done' },
        filter: expect.stringContaining(`${id}/retry`),
      }),
    ]);
  });

  test('it offers no changes to those who may not make them', async () => {
    const dashboard = await startDashboard(full);
    const isReadonly = async (role: Role) => {
      const response = await dashboard.get('/queues/api/queues', as(role));
      const { queues } = (await response.json()) as { queues: { readOnlyMode: boolean }[] };
      return queues.map(({ readOnlyMode }) => readOnlyMode);
    };
    expect(await isReadonly('operator')).toEqual([true]);
    expect(await isReadonly('admin')).toEqual([false]);
  });
});

describe('pages', () => {
  /** Buttons that a role sees, and which of them it can use. */
  async function buttons(dashboard: TestDashboard, path: string, role: Role) {
    const html = await (await dashboard.get(path, as(role))).text();
    const all = [...html.matchAll(/<button type="submit"[^>]*>/g)].map(([tag]) => tag);
    const changing = all.filter((tag) => tag.includes('title=') || !tag.endsWith('type="submit">'));
    return { html, disabled: changing.filter((tag) => tag.includes('disabled')).length };
  }

  test('what a role may not do is disabled, and the page says which role may', async () => {
    const dashboard = await startDashboard(settings);
    const { id } = await dashboard.die('one');
    for (const [path, needs] of [
      ['/endpoints/one', 'operator'],
      ['/dead', 'operator'],
      [`/deliveries/${id}`, 'operator'],
      [`/dead/drop?id=${id}`, 'operator'],
      ['/dead/retry', 'operator'],
      ['/dead/drop', 'admin'],
    ] as const) {
      const below = needs === 'admin' ? 'operator' : 'viewer';
      const refused = await buttons(dashboard, path, below);
      expect([path, refused.disabled > 0]).toEqual([path, true]);
      expect(refused.html).toContain(`Changes here need the role ${needs}; yours is ${below}.</p>`);
      const allowed = await buttons(dashboard, path, needs);
      expect([path, allowed.disabled]).toEqual([path, 0]);
      expect(allowed.html).not.toContain('Changes here need the role');
    }
  });

  test('with dashboard.operate: false no role can, and it says so', async () => {
    const dashboard = await startDashboard({
      ...endpoints('one'),
      dashboard: { auth: { tokens }, operate: false },
    });
    const { html, disabled } = await buttons(dashboard, '/endpoints/one', 'admin');
    expect(disabled).toBeGreaterThan(0);
    expect(html).toContain('dashboard.operate is false');
  });

  test('they show who is signed in', async () => {
    const dashboard = await startDashboard(settings);
    const html = await (await dashboard.get('/', as('viewer'))).text();
    expect(html).toMatch(
      /<form class="who"[^>]*><span>viewer <span class="soft">viewer<\/span><\/span><\/form>/,
    );
  });
});
