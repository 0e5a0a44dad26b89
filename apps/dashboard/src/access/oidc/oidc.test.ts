/** Sign-in at a real issuer: the whole way, what it refuses, and what a session is. */
import { startIssuer, type TestIssuer } from '@longshore/testkit';
import { describe, expect, test, vi } from 'vitest';
import { endpoints, startDashboard, type TestDashboard } from '../../testing/dashboard.js';
import { createUserAgent } from '../../testing/user-agent.js';

const ROLES = { viewer: ['staff'], operator: ['platform'], admin: ['sre'] };

/** @param more settings of `dashboard.auth.oidc` */
const settingsFor = (issuer: TestIssuer, redirecturl: string, more: object = {}, dashboard: object = {}) => ({
  ...endpoints('one'),
  dashboard: {
    auth: {
      oidc: {
        ...{ issuer: issuer.url, clientid: issuer.clientId, clientsecret: issuer.clientSecret },
        redirecturl,
        ...more,
      },
    },
    roles: ROLES,
    ...dashboard,
  },
});

/** A dashboard behind an issuer. Its own address is known only when it listens. */
async function start(more: object = {}, others: object = {}) {
  const issuer = await startIssuer();
  const dashboard = await startDashboard(endpoints('one'));
  const apply = (changed: object = {}) =>
    dashboard.apply(settingsFor(issuer, `${dashboard.url}/signed-in`, { ...more, ...changed }, others));
  await apply();
  return { issuer, dashboard, apply, agent: createUserAgent() };
}

const signIn = (dashboard: TestDashboard, to = '/dead?endpoint=one') =>
  `${dashboard.url}/sign-in?${new URLSearchParams({ to })}`;

describe('a sign-in', () => {
  test('leads back to the page that was asked for, with the role of the group', async () => {
    const { dashboard, issuer, agent } = await start();
    const first = await agent.open(`${dashboard.url}/dead?endpoint=one`);
    expect(first.status).toBe(401);
    const [, link = ''] = /href="(\/sign-in\?[^"]*)"/.exec(await first.text()) ?? [];
    const page = await agent.open(dashboard.url + link.replaceAll('&amp;', '&'));
    expect([page.status, page.url]).toEqual([200, `${dashboard.url}/dead?endpoint=one`]);
    expect(await page.text()).toMatch(/<span>alice <span class="soft">admin<\/span><\/span>/);
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/authorize', '/token', '/keys']);
  });

  test.each([
    [['staff'], 'viewer'],
    [['staff', 'platform'], 'operator'],
    [['sre', 'staff'], 'admin'],
    ['platform', 'operator'],
  ])('groups %j: %s', async (groups, role) => {
    const { dashboard, issuer, agent } = await start();
    issuer.user = { sub: 'u2', groups };
    const page = await agent.open(signIn(dashboard));
    expect(await page.text()).toContain(`<span>u2 <span class="soft">${role}</span></span>`);
  });

  test('the groups may be in another claim', async () => {
    const { dashboard, issuer, agent } = await start({ groups: 'roles' });
    issuer.user = { sub: 'u2', roles: ['sre'], email: 'bob@example.com' };
    const page = await agent.open(signIn(dashboard));
    expect(await page.text()).toContain('<span>bob@example.com <span class="soft">admin</span></span>');
  });

  test('asks with PKCE, state and nonce, for the scopes of the setting', async () => {
    const { dashboard, agent } = await start({ scopes: ['groups'] });
    const response = await agent.request(signIn(dashboard));
    const { searchParams } = new URL(response.headers.get('location') ?? '');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      ...{ response_type: 'code', code_challenge_method: 'S256', scope: 'openid groups' },
      ...{ state: expect.stringMatching(/.{20}/), nonce: expect.stringMatching(/.{20}/) },
      redirect_uri: `${dashboard.url}/signed-in`,
    });
  });

  test.each(['//evil.example', 'https://evil.example/', '/\\evil.example', '/%5C..', 'evil', '/a\nb'])(
    'does not lead to %j',
    async (to) => {
      const { dashboard, agent } = await start();
      const page = await agent.open(signIn(dashboard, to));
      expect(new URL(page.url).origin).toBe(dashboard.url);
    },
  );
});

describe('what comes back from the issuer is refused', () => {
  const now = () => Math.floor(Date.now() / 1000);
  test.each<[string, (issuer: TestIssuer) => void]>([
    ['an expired token', (one) => (one.falsify = (claims) => ({ ...claims, exp: now() - 120 }))],
    ['a token for another audience', (one) => (one.falsify = (claims) => ({ ...claims, aud: 'other' }))],
    [
      'one for several, issued to another',
      (one) => (one.falsify = (claims) => ({ ...claims, aud: ['longshore', 'other'], azp: 'other' })),
    ],
    ['a token of another sign-in (nonce)', (one) => (one.falsify = (claims) => ({ ...claims, nonce: 'x' }))],
    ['a token without nonce', (one) => (one.falsify = ({ nonce: _, ...claims }) => claims)],
    [
      'a token of another issuer',
      (one) => (one.falsify = (claims) => ({ ...claims, iss: 'http://127.0.0.1' })),
    ],
    ['a token without subject', (one) => (one.falsify = ({ sub: _, ...claims }) => claims)],
    ['a token from the future', (one) => (one.falsify = (claims) => ({ ...claims, nbf: now() + 300 }))],
    ['a token that another key signed', (one) => (one.isForged = true)],
    ['a link instead of groups', (one) => (one.user = { sub: 'u', _claim_names: { groups: 'src1' } })],
  ])('%s', async (_, falsify) => {
    const { dashboard, issuer, agent } = await start();
    falsify(issuer);
    const answer = await agent.open(signIn(dashboard));
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('Sign-in failed')]);
    expect([...agent.cookies.keys()]).toEqual([]);
    expect((await agent.open(`${dashboard.url}/`)).status).toBe(401);
    expect(dashboard.signInTroubles).toHaveLength(1);
    expect(dashboard.internalErrors).toEqual([]);
  });

  /** Begins a sign-in and stops before the issuer's redirect is followed. */
  async function halfWay() {
    const started = await start();
    const { agent, dashboard } = started;
    const begun = await agent.request(signIn(dashboard));
    const issued = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
    return { ...started, back: issued.headers.get('location') ?? '' };
  }

  test('in a browser that has not begun the sign-in', async () => {
    const { back } = await halfWay();
    const answer = await createUserAgent().open(back);
    expect([answer.status, await answer.text()]).toEqual([
      401,
      expect.stringContaining('not begun in this browser'),
    ]);
  });

  test('with another state, and a second time', async () => {
    const { agent, back, dashboard } = await halfWay();
    const kept = new Map(agent.cookies);
    const other = new URL(back);
    other.searchParams.set('state', 'x');
    expect((await agent.open(other.href)).status).toBe(401);
    for (const [name, value] of kept) agent.cookies.set(name, value);
    expect((await agent.open(back)).status).toBe(200);
    for (const [name, value] of kept) agent.cookies.set(name, value);
    expect((await agent.open(back)).status).toBe(401);
    expect(dashboard.internalErrors).toEqual([]);
  });

  test('when the user was refused there', async () => {
    const { agent, back } = await halfWay();
    const refused = new URL(back);
    const state = refused.searchParams.get('state') ?? '';
    refused.search = String(new URLSearchParams({ error: 'access_denied', state }));
    const answer = await agent.open(refused.href);
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('access_denied')]);
  });

  test('a pending cookie is no session, and a session no pending cookie', async () => {
    const { agent, dashboard } = await halfWay();
    const pending = agent.cookies.get('longshore-pending') ?? '';
    expect(pending).not.toBe('');
    const headers = { cookie: `longshore-session=${pending}` };
    expect((await dashboard.get('/', headers)).status).toBe(401);
  });
});

describe('an issuer that is away', () => {
  test.each([500, 404, 302])('answers %i: 503, and the next sign-in works', async (status) => {
    const { dashboard, issuer, agent } = await start();
    issuer.brokenWith = status;
    const answer = await agent.open(signIn(dashboard));
    expect([answer.status, await answer.text()]).toEqual([
      503,
      expect.stringContaining('dashboard.auth.oidc'),
    ]);
    issuer.brokenWith = undefined;
    expect((await agent.open(signIn(dashboard))).status).toBe(200);
    issuer.brokenWith = status;
    // Sessions continue.
    expect((await agent.open(`${dashboard.url}/`)).status).toBe(200);
  });

  test('a wrong client secret is the configuration’s fault, and says so', async () => {
    const { dashboard, agent, apply } = await start();
    await apply({ clientsecret: 'wrong' });
    const answer = await agent.open(signIn(dashboard));
    expect([answer.status, await answer.text()]).toEqual([
      503,
      expect.stringContaining('dashboard.auth.oidc'),
    ]);
  });
});

describe('a user without a role', () => {
  test.each<[string, object, string]>([
    ['in none of the groups', { groups: ['other', 'more'] }, 'none of your groups (2) has a role'],
    ['without groups', {}, 'sent without groups'],
    ['with groups that are no texts', { groups: [{ id: 1 }] }, 'sent without groups'],
  ])('%s: 403 with what to do, on pages and API', async (_, claims, words) => {
    const { dashboard, issuer, agent } = await start();
    issuer.user = { sub: 'u3', ...claims };
    const page = await agent.open(signIn(dashboard));
    const html = await page.text();
    expect([page.status, html]).toEqual([403, expect.stringContaining(words)]);
    expect(html).toContain('Ask an administrator');
    expect(html).toContain('Sign in again');
    const api = await agent.request(`${dashboard.url}/api/v1/endpoints`);
    expect([api.status, await api.json()]).toEqual([
      403,
      expect.objectContaining({ error: 'REQUEST_REFUSED' }),
    ]);
  });

  test('a group that gets a role, or loses it, counts from the next request on', async () => {
    const { dashboard, issuer, agent } = await start();
    expect((await agent.open(signIn(dashboard))).status).toBe(200);
    const settings = settingsFor(issuer, `${dashboard.url}/signed-in`);
    await dashboard.apply({
      ...settings,
      dashboard: { ...settings.dashboard, roles: { viewer: ['staff'] } },
    });
    expect((await agent.open(`${dashboard.url}/`)).status).toBe(403);
    await dashboard.apply({ ...settings, dashboard: { ...settings.dashboard, roles: { viewer: ['*'] } } });
    expect(await (await agent.open(`${dashboard.url}/`)).text()).toContain('>viewer</span>');
  });
});

describe('a session', () => {
  test('its cookie is sealed, for this host alone, and no script reads it', async () => {
    const { dashboard, issuer, agent } = await start();
    await agent.open(signIn(dashboard));
    expect(agent.cookies.get('longshore-session')).not.toContain('alice');
    const https = settingsFor(issuer, 'https://longshore.example.com/signed-in');
    await dashboard.apply(https);
    const [line] = (await agent.request(signIn(dashboard))).headers.getSetCookie();
    expect(line).toMatch(
      /^__Host-longshore-pending=[\w.-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  test('ends by signing out', async () => {
    const { dashboard, agent } = await start();
    await agent.open(signIn(dashboard));
    const out = await agent.request(`${dashboard.url}/sign-out`, { method: 'POST' });
    expect([out.status, await out.text()]).toEqual([200, expect.stringContaining('Signed out')]);
    expect((await agent.open(`${dashboard.url}/`)).status).toBe(401);
    expect((await agent.request(`${dashboard.url}/sign-out`)).status).toBe(401);
  });

  test('ends after dashboard.auth.oidc.session', async () => {
    const { dashboard, agent } = await start({ session: '60s' });
    await agent.open(signIn(dashboard));
    expect((await agent.open(`${dashboard.url}/`)).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    try {
      expect((await agent.open(`${dashboard.url}/`)).status).toBe(401);
    } finally {
      vi.useRealTimers();
    }
  });

  test('survives a changed secret while the old one is listed, and ends when it is not', async () => {
    const { dashboard, agent, apply } = await start({ sessionsecret: ['old'] });
    await agent.open(signIn(dashboard));
    await apply({ sessionsecret: ['new', 'old'] });
    expect((await agent.open(`${dashboard.url}/`)).status).toBe(200);
    await apply({ sessionsecret: ['new'] });
    expect((await agent.open(`${dashboard.url}/`)).status).toBe(401);
  });

  test('a changed or invented cookie is none', async () => {
    const { dashboard, agent } = await start();
    await agent.open(signIn(dashboard));
    const session = agent.cookies.get('longshore-session') ?? '';
    for (const cookie of ['', 'x', '....', `${session.slice(0, -2)}AA`, session.replace(/^[^.]*/, 'e30')]) {
      const response = await dashboard.get('/api/v1/endpoints', { cookie: `longshore-session=${cookie}` });
      expect([cookie.slice(0, 5), response.status]).toEqual([cookie.slice(0, 5), 401]);
    }
  });
});

describe('beside a password', () => {
  const basic = { authorization: `Basic ${Buffer.from('ops:hunter2').toString('base64')}` };

  test('the page offers both; only the password’s own address makes a browser ask for one', async () => {
    const { dashboard, issuer, agent } = await start();
    const settings = settingsFor(issuer, `${dashboard.url}/signed-in`);
    const auth = { ...settings.dashboard.auth, basic: { ops: 'hunter2' } };
    await dashboard.apply({ ...settings, dashboard: { ...settings.dashboard, auth } });
    const page = await agent.open(`${dashboard.url}/dead`);
    expect(page.headers.get('www-authenticate')).toBe('Bearer realm="longshore"');
    expect(await page.text()).toContain('href="/sign-in-with-password?to=%2Fdead"');
    const asked = await agent.open(`${dashboard.url}/sign-in-with-password?to=%2Fdead`);
    expect(asked.headers.get('www-authenticate')).toContain('Basic');
    const headers = { ...basic };
    const answer = await dashboard.get('/sign-in-with-password?to=%2Fdead', headers);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/dead']);
    expect((await dashboard.get('/dead', headers)).status).toBe(200);
  });
});

test('without dashboard.auth.oidc its paths are none', async () => {
  const dashboard = await startDashboard({ dashboard: { auth: { basic: { ops: 'hunter2' } } } });
  for (const path of ['/sign-in', '/signed-in']) expect((await dashboard.get(path)).status).toBe(401);
});
