/** Tokens of scripts, and users whom a trusted proxy has signed in. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { configOf, endpoints, startDashboard } from '../testing/dashboard.js';

const withAuth = (auth: object, more: object = {}) => ({
  ...endpoints('one'),
  dashboard: { auth, ...more },
});

/** What the API says of itself to those who may look. */
const LOOK = '/api/v1/endpoints';

describe('tokens', () => {
  const tokens = {
    ci: { secret: ['new-token', 'old-token'], role: 'operator' },
    eyes: { secret: 'looking' },
  };

  test.each([
    ['Bearer new-token', 200],
    ['bearer   old-token', 200],
    ['Bearer looking', 200],
    ['Bearer new-toke', 401],
    ['Bearer new-token x', 401],
    ['Bearer', 401],
    ['Basic new-token', 401],
    [`Basic ${Buffer.from('ci:new-token').toString('base64')}`, 401],
    ['new-token', 401],
    ['Bearer ', 401],
  ])('%j: %i', async (authorization, status) => {
    const dashboard = await startDashboard(withAuth({ tokens }));
    const response = await dashboard.get(LOOK, { authorization });
    expect(response.status).toBe(status);
    if (status === 401) expect(response.headers.get('www-authenticate')).toBe('Bearer realm="longshore"');
  });

  test('without a role one may only look', async () => {
    const dashboard = await startDashboard(withAuth({ tokens }));
    const pause = (token: string) =>
      dashboard.post('/endpoints/one/pause', {}, { authorization: `Bearer ${token}` });
    expect((await pause('looking')).status).toBe(403);
    expect((await pause('new-token')).status).toBe(200);
    expect((await dashboard.admin.endpoint('one')).pause?.by).toBe('the dashboard (ci)');
  });

  test('a password is no token, and a token no password', async () => {
    const dashboard = await startDashboard(withAuth({ tokens, basic: { ops: 'hunter2' } }));
    for (const authorization of ['Bearer hunter2', 'Bearer ops:hunter2'])
      expect((await dashboard.get(LOOK, { authorization })).status).toBe(401);
  });

  test.each([
    [{ ci: { role: 'admin' } }, 'dashboard.auth.tokens.ci.secret: is missing'],
    [{ ci: { secret: '' } }, 'secret[0]: is empty'],
    [{ ci: { secret: 'x', role: 'root' } }, 'it must be viewer or operator or admin'],
    [{ 'a b': { secret: 'x' } }, 'is in records'],
  ])('%j is refused: %s', async (wrong, message) => {
    await expect(configOf({ dashboard: { auth: { tokens: wrong } } })).rejects.toThrow(message);
  });
});

describe('a proxy', () => {
  const roles = { viewer: ['staff'], admin: ['sre'] };
  const auth = (from: string[], more: object = {}) => ({ proxy: { from, ...more } });
  const local = withAuth(auth(['127.0.0.0/8']), { roles });

  test.each([
    [{ 'x-forwarded-user': 'alice', 'x-forwarded-groups': 'staff, sre' }, 200],
    [{ 'X-Forwarded-User': 'alice', 'X-Forwarded-Groups': 'sre' }, 200],
    [{ 'x-forwarded-user': 'alice', 'x-forwarded-groups': 'other' }, 403],
    [{ 'x-forwarded-user': 'alice' }, 403],
    [{ 'x-forwarded-user': '', 'x-forwarded-groups': 'sre' }, 401],
    [{ 'x-forwarded-groups': 'sre' }, 401],
    [{ 'x-forwarded-user': 'a'.repeat(201), 'x-forwarded-groups': 'sre' }, 401],
    [{ 'x-forwarded-user': 'a\u00c2\u0085b', 'x-forwarded-groups': 'sre' }, 401],
  ])('%j: %i', async (headers, status) => {
    const dashboard = await startDashboard(local);
    expect((await dashboard.get(LOOK, headers as Record<string, string>)).status).toBe(status);
  });

  test('the headers count from the networks of `from` alone', async () => {
    const dashboard = await startDashboard(withAuth(auth(['10.0.0.0/8', 'fd00::/8']), { roles }));
    const headers = { 'x-forwarded-user': 'alice', 'x-forwarded-groups': 'sre' };
    const response = await dashboard.get(LOOK, headers);
    expect([response.status, await response.text()]).toEqual([
      401,
      expect.stringContaining('dashboard.auth.proxy'),
    ]);
    await dashboard.apply(local);
    expect((await dashboard.get(LOOK, headers)).status).toBe(200);
  });

  test('a header that comes twice is refused: one of them is the client’s', async () => {
    const dashboard = await startDashboard(local);
    const ask = (headers: string[]) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request(`${dashboard.url}${LOOK}`, { headers }, async (response) => {
          await text(response);
          resolve(response.statusCode);
        });
        sent.once('error', reject).end();
      });
    const once = ['Host', 'localhost', 'X-Forwarded-User', 'alice', 'X-Forwarded-Groups', 'sre'];
    expect(await ask(once)).toBe(200);
    expect(await ask([...once, 'X-Forwarded-User', 'root'])).toBe(401);
    expect(await ask([...once, 'X-Forwarded-Groups', 'sre'])).toBe(401);
  });

  test('its own names of the headers, and a name beyond ASCII', async () => {
    const dashboard = await startDashboard(
      withAuth(auth(['127.0.0.1'], { header: 'X-Auth-User', groups: 'X-Auth-Groups' }), { roles }),
    );
    const name = Buffer.from('jürgen', 'utf8').toString('latin1');
    const headers = { 'x-auth-user': name, 'x-auth-groups': 'sre' };
    const posted = await dashboard.post('/endpoints/one/pause', {}, headers);
    expect(posted.status).toBe(200);
    expect((await dashboard.admin.endpoint('one')).pause?.by).toBe('the dashboard (jürgen)');
    expect(
      (await dashboard.get(LOOK, { 'x-forwarded-user': 'alice', 'x-forwarded-groups': 'sre' })).status,
    ).toBe(401);
  });

  test('an Authorization that the proxy adds is no guess, and a script may come without the headers', async () => {
    const dashboard = await startDashboard(
      withAuth({ ...auth(['127.0.0.1']), tokens: { ci: { secret: 't' } } }, { roles }),
    );
    const headers = {
      'x-forwarded-user': 'alice',
      'x-forwarded-groups': 'sre',
      authorization: 'Bearer other',
    };
    expect((await dashboard.get(LOOK, headers)).status).toBe(200);
    expect((await dashboard.get(LOOK, { authorization: 'Bearer t' })).status).toBe(200);
    expect((await dashboard.get(LOOK, { authorization: 'Bearer other' })).status).toBe(401);
  });

  test.each([
    [{ proxy: {} }, 'from'],
    [{ proxy: { from: [] } }, 'is empty: name the networks'],
    [{ proxy: { from: ['proxy.example.com'] } }, 'is not a network'],
    [{ proxy: { from: ['10.0.0.1'], header: 'a b' } }, 'is not a header name'],
    [
      {
        oidc: {
          issuer: 'http://id.example.com',
          clientid: 'a',
          clientsecret: 'b',
          redirecturl: 'https://l/in',
        },
      },
      'has no TLS',
    ],
    [
      {
        oidc: {
          issuer: 'https://id.example.com',
          clientid: 'a',
          clientsecret: 'b',
          redirecturl: 'https://l/',
        },
      },
      'one of the dashboard’s pages',
    ],
    [{ oidc: { issuer: 'https://id.example.com', clientid: 'a' } }, 'clientsecret'],
  ])('%j is refused: %s', async (wrong, message) => {
    await expect(configOf({ dashboard: { auth: wrong, roles } })).rejects.toThrow(message);
  });
});

test('any method closes the dashboard, so it may listen beyond loopback', async () => {
  for (const auth of [{ tokens: { a: { secret: 'b' } } }, { proxy: { from: ['10.0.0.1'] } }]) {
    const dashboard = await startDashboard({
      dashboard: { auth, roles: { viewer: ['*'] }, listen: '0.0.0.0:0' },
    });
    for (const path of ['/', LOOK, '/queues']) expect((await dashboard.get(path)).status).toBe(401);
    // The style of the sign-in page.
    expect((await dashboard.get('/assets/longshore.css')).status).toBe(200);
  }
});
