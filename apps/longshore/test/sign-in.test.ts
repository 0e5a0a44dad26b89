/** Sign-in at an issuer of another site, in a real browser; and who did what, in the log of the relay. */
import { userInfo } from 'node:os';
import { eventually, hasTool, redisUrl, startIssuer, testPrefix } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { barriers, useBrowser } from './browser.js';
import { command } from './operator.js';
import { type Relay, startRelay, workFolder, writeConfig } from './relay.js';

const SLOW_MS = 180_000;

const settings = (dashboard: object) => ({
  redis: { url: redisUrl(), prefix: testPrefix() },
  dashboard: { listen: '127.0.0.1:0', ...dashboard },
  notifications: { endpoints: [{ name: 'one', url: 'http://127.0.0.1:9/' }] },
});

/** A relay that asks for a sign-in. @param auth made of its address, which is known only when it serves */
async function relayWith(auth: (url: string) => object, roles = {}) {
  const folder = await workFolder();
  const open = settings({});
  const file = await writeConfig(folder, open);
  const relay = await startRelay(file);
  await writeConfig(folder, {
    ...open,
    dashboard: { listen: '127.0.0.1:0', auth: auth(relay.dashboard), roles },
  });
  relay.signal('SIGHUP');
  await relay.waitFor(({ msg }) => msg === 'configuration reloaded');
  return { relay, file };
}

const acted = (relay: Relay, action: string) =>
  relay.waitFor(({ record, action: done }) => record === 'operator.acted' && done === action, {
    timeout: SLOW_MS,
  });

describe.runIf(hasTool('chromium'))('in a browser', () => {
  const open = useBrowser();

  test(
    'a person signs in at the issuer, pauses an endpoint, and signs out',
    async () => {
      // Another site than the dashboard's: its redirect comes with `Sec-Fetch-Site: cross-site`.
      const issuer = await startIssuer('localhost');
      const { relay } = await relayWith(
        (url) => ({
          oidc: {
            ...{ issuer: issuer.url, clientid: issuer.clientId, clientsecret: issuer.clientSecret },
            redirecturl: `${url}/signed-in`,
          },
        }),
        { viewer: ['staff'], operator: ['sre'] },
      );
      const { page } = await open(`${relay.dashboard}/endpoints/one`);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      expect(await barriers(page)).toEqual([]);
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.waitForURL(`${relay.dashboard}/endpoints/one`);
      await page.getByText('alice operator').waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByText('Paused by the dashboard (alice)').waitFor();
      expect(await barriers(page)).toEqual([]);
      expect(await acted(relay, 'pause')).toMatchObject({
        ...{ actor: 'alice', kind: 'oidc', role: 'operator', by: 'the dashboard', endpoint: 'one' },
        ...{ count: 1, result: 'done', addr: '127.0.0.1' },
      });

      issuer.user = { sub: 'bob', groups: ['staff'] };
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Signed out' }).waitFor();
      await page.goto(`${relay.dashboard}/endpoints/one`);
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.getByText('bob viewer').waitFor();
      expect(await page.getByRole('button', { name: 'Resume' }).isDisabled()).toBe(true);
      await page.getByText('Changes here need the role operator; yours is viewer.').waitFor();

      issuer.user = { sub: 'carol', groups: ['other'] };
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.getByText('You are signed in as carol').waitFor();
      await page.getByText('Ask an administrator').waitFor();
    },
    SLOW_MS,
  );
});

test(
  'a command leaves the system user in the record, and a wrong token is counted and logged',
  async () => {
    const { relay, file } = await relayWith(() => ({
      tokens: { ci: { secret: 'right-token', role: 'operator' } },
    }));
    const paused = await command(['pause', 'one', '--config', file]);
    expect(paused.code).toBe(0);
    expect(await acted(relay, 'pause')).toMatchObject({
      ...{ actor: userInfo().username, kind: 'command', role: 'admin', by: 'longshore pause', count: 1 },
    });
    const post = (token: string) =>
      fetch(`${relay.dashboard}/api/v1/endpoints/one/resume`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{}',
      });
    expect((await post('wrong-token')).status).toBe(401);
    expect((await post('right-token')).status).toBe(200);
    expect(await acted(relay, 'resume')).toMatchObject({ actor: 'ci', kind: 'token', role: 'operator' });
    const failed = await relay.waitFor(({ msg }) => msg === 'sign-in failed');
    expect(failed).toMatchObject({ listener: 'dashboard', client: '127.0.0.1', failures: 1 });
    await eventually(
      async () => (await fetch(`${relay.admin}/metrics`)).text(),
      (text) => text.includes('longshore_signin_failures_total{listener="dashboard"} 1'),
    );
    expect(JSON.stringify(relay.records)).not.toMatch(/right-token|wrong-token/);
  },
  SLOW_MS,
);
