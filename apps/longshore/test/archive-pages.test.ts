/** The archive's pages over a relay with a month of a registry, in a browser; and while PostgreSQL is unavailable. */
import {
  eventually,
  hasTool,
  redisUrl,
  startPostgres,
  startReceiver,
  testDatabase,
  testPrefix,
} from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { dashboardAuth, faultsInEveryLook, useBrowser, visit } from './browser.js';
import { digestOf, registryMonth } from './registry-month.js';
import { envelope, type Relay, startRelay, workFolder, writeConfig } from './relay.js';

const SLOW_MS = 600_000;
/** Two pages of the list, and few enough that each link of it can be followed. */
const EVENTS = 70;

async function relayWith(url: string, events: object[]): Promise<Relay> {
  const receiver = await startReceiver();
  const relay = await startRelay(
    await writeConfig(await workFolder(), {
      archive: { url, sessions: { grace: '1s' } },
      notifications: { endpoints: [{ name: 'hook', url: receiver.url, ignore: { actions: ['pull'] } }] },
      dashboard: { listen: '127.0.0.1:0', auth: dashboardAuth },
      redis: { url: redisUrl(), prefix: testPrefix() },
    }),
  );
  await relay.post(envelope(...events));
  const archived = async () => {
    const { html } = await read(relay, '/api/v1/archive/events?since=40d&format=ndjson');
    return html.split('\n').filter(Boolean).length;
  };
  await eventually(archived, (count) => count === events.length, {
    ...{ timeout: 120_000, every: 200, what: 'every event in the archive' },
  });
  return relay;
}

const OPERATOR = { authorization: `Basic ${btoa('ops:hunter2')}` };

async function read(relay: Relay, path: string): Promise<{ status: number; html: string }> {
  const response = await fetch(relay.dashboard + path, { headers: OPERATOR });
  return { status: response.status, html: await response.text() };
}

/** Every page, with everything that it can show. */
function pathsOf(events: Record<string, unknown>[]): string[] {
  const push = events.findLast(({ action, target }) => action === 'push' && 'tag' in (target as object));
  const { repository, tag, digest } = (push?.target ?? {}) as Record<string, string>;
  const named = new URLSearchParams({ repository: `${repository}`, source: 'distribution' });
  return [
    ...['/events', '/events?text=app&actor=ci', '/events?action=pull&target=image&since=3d'],
    `/event?${new URLSearchParams({ source: 'distribution', id: String(push?.id) })}`,
    ...['/repositories', '/repositories?text=acme', `/repository?${named}`, `/tag?${named}&tag=${tag}`],
    ...['/images', `/images?digest=${digest}`, `/images?digest=${digestOf('unknown')}`],
    ...['/statistics', '/statistics?since=7d&by=checks', '/statistics?since=200d'],
    ...['/unused', '/unused?days=1&text=acme'],
    ...['/pushes', '/pulls'],
    ...['/replay', '/replay?endpoint=hook&since=40d&force=true'],
  ];
}

/** The newest push and pull, once the worker has made them. */
async function madePaths(relay: Relay): Promise<string[]> {
  const first = async (list: string): Promise<Record<string, string> | undefined> =>
    JSON.parse((await read(relay, `/api/v1/archive/${list}&limit=1`)).html).items[0];
  const options = { timeout: 60_000, every: 200, what: 'a push and a pull in the archive' };
  const push = await eventually(() => first('image-events?action=image.pushed'), Boolean, options);
  const pull = await eventually(() => first('sessions?since=40d'), Boolean, options);
  return [`/push?id=${push?.id}`, `/pull?session=${pull?.session}`];
}

/** Links of one kind: the same page with the same fields. Two of each are followed. */
function kindOf(href: string): string {
  const { pathname, searchParams } = new URL(href, 'http://longshore');
  return `${pathname}?${[...searchParams.keys()].join()}`;
}

describe.runIf(hasTool('chromium'))('the pages of the archive', () => {
  const open = useBrowser();

  test(
    'have no barrier, fit every screen, and each of their links answers',
    async () => {
      const events = registryMonth(EVENTS, Date.now());
      const relay = await relayWith(await testDatabase(), events);
      const paths = [...pathsOf(events), ...(await madePaths(relay))];
      const links = new Map<string, string[]>();
      const opened = await open(relay.dashboard);
      const { page, problems } = opened;
      for (const path of paths) {
        const status = await visit(opened, relay.dashboard + path);
        const found = { path, status, faults: await faultsInEveryLook(page) };
        expect(found).toEqual({ path, status: 200, faults: [] });
        const hrefs = await page
          .locator('a[href^="/"]')
          .evaluateAll((all) => all.map((each) => each.getAttribute('href') ?? ''));
        for (const href of hrefs) {
          const [kind, followed] = [kindOf(href), links.get(kindOf(href)) ?? []];
          if (followed.length < 2 && !followed.includes(href)) links.set(kind, [...followed, href]);
        }
      }
      expect(problems).toEqual([]);
      expect(links.size).toBeGreaterThan(20);
      const broken = [];
      for (const link of Array.from(links.values()).flat()) {
        const { status } = await read(relay, link);
        if (status !== 200) broken.push([link, status]);
      }
      expect(broken).toEqual([]);
    },
    SLOW_MS,
  );

  test(
    'lead from an event that came in to its deliveries, its tag and its image',
    async () => {
      const relay = await relayWith(await testDatabase(), registryMonth(60, Date.now()));
      const { page, problems } = await open(`${relay.dashboard}/events`);
      await page.getByLabel('Action').selectOption('push');
      await page.getByLabel('About').selectOption('image');
      await page.getByRole('button', { name: 'Filter' }).click();
      await page.waitForURL('**/events?**action=push**');
      const first = page.getByRole('row').nth(1);
      const name = (await first.getByRole('cell').nth(1).textContent()) ?? '';
      await first.getByRole('rowheader').getByRole('link').click();
      await page.getByRole('heading', { name: `push ${name}` }).waitFor();
      const delivery = page.getByRole('row').filter({ hasText: 'hook' });
      await eventually(async () => {
        await page.reload();
        return (await delivery.textContent())?.includes('delivered');
      });
      await page
        .getByRole('definition')
        .getByRole('link', { name: name.split(':')[1], exact: true })
        .click();
      await page.getByRole('heading', { name }).waitFor();
      await page
        .getByRole('cell', { name: /^(created|moved)$/ })
        .first()
        .waitFor();
      await page.getByText('Numbers').first().click();
      await page.getByRole('table', { name: 'Pulls a day' }).waitFor();
      await page
        .getByRole('definition')
        .getByRole('link', { name: /^sha256:/ })
        .click();
      await page.getByRole('heading', { name: /^Image sha256:/ }).waitFor();
      await page.getByRole('row').filter({ hasText: 'hook' }).getByText('delivered').waitFor();
      expect(problems).toEqual([]);
    },
    SLOW_MS,
  );

  test(
    'work by keyboard and without a script, the replay of what a filter has too',
    async () => {
      const relay = await relayWith(await testDatabase(), registryMonth(60, Date.now()));
      const { page } = await open(`${relay.dashboard}/statistics`, { javaScriptEnabled: false });
      await page.getByLabel('Top lists by').focus();
      await page.keyboard.type('HEAD');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/statistics?**by=checks');
      await page.getByText('Numbers').first().focus();
      await page.keyboard.press('Enter');
      await page.getByRole('table', { name: 'Pulls a day' }).waitFor();

      await page.goto(`${relay.dashboard}/events?since=40d&action=pull`);
      await page.getByRole('link', { name: 'Replay to an endpoint' }).click();
      await page.getByRole('button', { name: 'Count' }).click();
      await page.getByRole('heading', { name: /^Replay \d+ events to hook\?$/ }).waitFor();
      await page.getByRole('button', { name: /^Replay \d+ events$/ }).click();
      await page.waitForURL('**/operations/*');
      // Its endpoint ignores pulls: each is looked at, and none is enqueued.
      const status = page.getByRole('status').filter({ hasText: /^0 deliveries enqueued, \d+ skipped/ });
      await eventually(async () => {
        await page.reload();
        return (await page.locator('[data-live]').count()) === 0 && (await status.count()) === 1;
      });
    },
    SLOW_MS,
  );
});

test(
  'while PostgreSQL hangs or is gone, its pages say so, and the others answer',
  async () => {
    const postgres = await startPostgres();
    const relay = await relayWith(await postgres.database(), registryMonth(20, Date.now()));
    const whileUnavailable = async () => {
      const [home, events] = await Promise.all([read(relay, '/'), read(relay, '/events')]);
      expect([home.status, events.status]).toEqual([200, 503]);
      expect(events.html).toContain('<h1>Archive unavailable</h1>');
      expect(events.html).toContain('No events are lost');
    };
    const again = () => eventually(async () => (await read(relay, '/events')).status === 200);
    await postgres.pause();
    await whileUnavailable();
    await postgres.resume();
    await again();
    await postgres.kill9();
    await whileUnavailable();
    await postgres.start();
    await again();
  },
  SLOW_MS,
);
