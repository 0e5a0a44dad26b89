/** Who may see the dashboard, and what a page of another site can do with an operator's browser. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDashboard } from '../dashboard.js';
import { configOf, endpoints, startDashboard, unthrottled } from '../testing/dashboard.js';
import { authenticate, type SignIns } from './authenticate.js';
import { accessSettings } from './settings.js';

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`,
});
const PATHS = [
  '/',
  '/dead',
  '/api/v1/endpoints',
  '/api/v1/openapi.json',
  '/queues',
  '/queues/api/queues',
  '/queues/static/js/main.js',
  '/nowhere',
];

describe('basic auth', () => {
  const users = { ops: 'hunter2', jürgen: 'pässwörd 🔑', colon: 'a:b' };
  const settings = { ...endpoints('one'), dashboard: { auth: { basic: users } } };

  test.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['an empty name and password', basic('', '')],
    ['a wrong password', basic('ops', 'hunter')],
    ['the password of another', basic('ops', 'a:b')],
    ['a wrong user', basic('root', 'hunter2')],
    ['another case', basic('Ops', 'hunter2')],
    ['a name alone', { authorization: `Basic ${Buffer.from('ops').toString('base64')}` }],
    ['no base64', { authorization: 'Basic ops:hunter2' }],
    ['another scheme', { authorization: 'Bearer hunter2' }],
    ['unicode in another form', basic('ju\u0308rgen', 'pässwörd 🔑')],
  ])('%s is answered 401 on every path', async (_, headers) => {
    const dashboard = await startDashboard(settings);
    for (const path of PATHS) {
      const response = await dashboard.get(path, headers);
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get('www-authenticate')).toBe('Basic realm="longshore", charset="UTF-8"');
      expect(await response.text()).not.toMatch(/hunter2|one/);
    }
  });

  test.each(Object.entries(users))('%s with the right password is let in', async (user, password) => {
    const dashboard = await startDashboard(settings);
    expect((await dashboard.get('/queues', basic(user, password))).status).toBe(200);
  });

  test('a changed password holds from the next request on', async () => {
    const dashboard = await startDashboard(settings);
    await dashboard.apply({ dashboard: { auth: { basic: { ops: 'new' } } } });
    expect((await dashboard.get('/queues', basic('ops', 'hunter2'))).status).toBe(401);
    expect((await dashboard.get('/queues', basic('ops', 'new'))).status).toBe(200);
  });
});

describe('without a password', () => {
  const start = async (dashboard: object) => {
    const { inspector, admin } = await startDashboard();
    const redis = () => ({ up: true, full: false, warnings: [] });
    const config = { refused: () => undefined, signIns: unthrottled, onSignInTrouble() {} };
    const deps = { inspector, admin, redis, version: '0.0.0', ...config, onInternalError() {} };
    createDashboard(deps).prepare(await configOf({ dashboard }));
  };

  test.each(['0.0.0.0:0', ':5081', '[::]:5081', '10.0.0.1:5081', 'dashboard.example.com:5081'])(
    'it refuses to start on %s',
    async (listen) => {
      await expect(start({ listen })).rejects.toMatchObject({
        code: 'DASHBOARD_OPEN',
        message: expect.stringMatching(/dashboard\.auth\.basic.*127\.0\.0\.1/),
      });
      await start({ listen, auth: { basic: { ops: 'hunter2' } } });
    },
  );

  test.each(['127.0.0.1:5081', '127.0.0.2:0', '[::1]:5081', 'localhost:5081'])(
    'it starts on %s',
    async (listen) => {
      await start({ listen });
    },
  );

  test('a configuration that would open it is not taken over', async () => {
    const dashboard = await startDashboard({ dashboard: { auth: { basic: { ops: 'hunter2' } } } });
    await expect(dashboard.apply({ dashboard: { listen: '0.0.0.0:5081' } })).rejects.toThrow();
    expect((await dashboard.get('/queues')).status).toBe(401);
  });
});

describe('sign-ins', () => {
  /** What the middleware reported of each request, in order, and its answers. */
  async function signIn(begin: 'begins' | 'is throttled', ...requests: Record<string, string>[]) {
    const reported: string[] = [];
    const signIns: SignIns = {
      failed: async () => {},
      async begin() {
        reported.push('begun');
        if (begin === 'is throttled') return undefined;
        return {
          passed: () => void reported.push('passed'),
          failed: async () => void reported.push('failed'),
        };
      },
    };
    const config = await configOf({ dashboard: { auth: { basic: { ops: 'hunter2' } } } });
    const settings = () => accessSettings(config);
    const parts = { settings, signIns, sessionUser: async () => undefined };
    const app = new Koa().use(authenticate(parts)).use((ctx) => {
      ctx.body = 'in';
    });
    const server = createServer(app.callback());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const answers: Response[] = [];
    for (const headers of requests) answers.push(await fetch(`http://127.0.0.1:${port}/`, { headers }));
    return { reported, answers };
  }

  test('one without a name and password is no guess; of the others each has its result reported', async () => {
    const { reported, answers } = await signIn('begins', {}, basic('ops', 'wrong'), basic('ops', 'hunter2'));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 200]);
    expect(reported).toEqual(['begun', 'failed', 'begun', 'passed']);
  });

  test('one that is throttled is answered 429, and not compared', async () => {
    const { reported, answers } = await signIn('is throttled', basic('ops', 'hunter2'));
    expect(answers[0]?.status).toBe(429);
    expect(answers[0]?.headers.get('retry-after')).toBe('1');
    expect(reported).toEqual(['begun']);
  });
});
