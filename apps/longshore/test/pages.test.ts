/** The dashboard's pages, as an operator uses them: in a browser, over a relay that has all sorts of endpoints. */
import { eventually, hasTool, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { dashboardAuth, faultsInEveryLook, useBrowser, visit } from './browser.js';
import { anEvent, envelope, type Relay, startRelay, workFolder, writeConfig } from './relay.js';

const SLOW_MS = 600_000;
const brief = { threshold: 2, backoff: '20ms', maxbackoff: '20ms' };

interface Options {
  endpoints: object[];
  prefix?: string;
}

async function relayTo({ endpoints, prefix = testPrefix() }: Options): Promise<Relay> {
  return startRelay(
    await writeConfig(await workFolder(), {
      notifications: { endpoints },
      dashboard: { listen: '127.0.0.1:0', auth: dashboardAuth },
      redis: { url: redisUrl(), prefix },
    }),
  );
}

/** Looks at the page again until the text is there. */
async function shows(page: Page, text: string | RegExp): Promise<void> {
  await eventually(
    async () => {
      await page.reload();
      return page.getByText(text).first().isVisible();
    },
    undefined,
    { timeout: 60_000, every: 200, what: `the text ${text}` },
  );
}

/** A relay with one of each: fine, failing with dead letters, paused, disabled, removed, and a full quarantine. */
async function everyKind(): Promise<{ relay: Relay; deadId: string; eventId: string }> {
  const prefix = testPrefix();
  const [fine, failing] = [await startReceiver(), await startReceiver({ status: 500, body: 'out of order' })];
  const endpoints = [
    { name: 'fine', url: fine.url },
    { name: 'failing: {ä} / 100%', url: failing.url, ...brief },
    { name: 'paused', url: fine.url, paused: true },
    { name: 'disabled', url: fine.url, disabled: true },
  ];
  const first = await relayTo({ endpoints: [{ name: 'removed', url: failing.url, ...brief }], prefix });
  await first.post(envelope(anEvent()));
  await first.waitFor(({ outcome }) => outcome === 'dead');
  await first.stop();

  const relay = await relayTo({ endpoints, prefix });
  const event = anEvent();
  await relay.post(envelope(event));
  await relay.post('{"events":[{"broken":', {});
  const dead = await relay.waitFor(({ outcome }) => outcome === 'dead');
  await fine.received(1);
  return { relay, deadId: String(dead.deliveryId), eventId: String(event.id) };
}

describe.runIf(hasTool('chromium'))('the pages', () => {
  const open = useBrowser();

  test(
    'an operator sees an endpoint fail, opens its dead letter, retries it and sees it delivered',
    async () => {
      const receiver = await startReceiver({ status: 503, body: 'maintenance until noon' });
      const relay = await relayTo({
        endpoints: [{ name: 'hook', url: receiver.url, ...brief, threshold: 3, hold: false }],
      });
      await relay.post(envelope(anEvent()));
      await relay.waitFor(({ outcome }) => outcome === 'dead');
      const { page, problems } = await open(relay.dashboard);
      await shows(page, '1 of 1 endpoint is failing: hook');
      await page.getByText(/^for \d+[sm].*, since/).waitFor();

      await page.getByRole('row').getByRole('link', { name: '1' }).click();
      await page.getByRole('link', { name: 'push acme/app:1.0' }).click();
      // In the last answer, and folded in its attempt.
      await page.getByText('maintenance until noon', { exact: true }).first().waitFor();
      receiver.reply({ status: 200 });
      await page.getByRole('button', { name: 'Retry with all attempts' }).click();
      const last = (await receiver.received(4)).at(-1);
      expect(last?.headers['x-longshore-attempt']).toBe('1');
      await shows(page, /^delivered .* · endpoint/);

      await page.getByRole('link', { name: 'Longshore' }).click();
      await shows(page, 'No endpoint is held or failing');
      expect(problems).toEqual([]);
    },
    SLOW_MS,
  );

  test(
    'no one sees a page without a name and a password',
    async () => {
      const relay = await relayTo({ endpoints: [] });
      for (const path of ['/', '/dead', '/search?q=a', '/queues/']) {
        expect([path, (await fetch(relay.dashboard + path)).status]).toEqual([path, 401]);
      }
      // The page that asks for them has a style.
      expect((await fetch(`${relay.dashboard}/assets/longshore.css`)).status).toBe(200);
    },
    SLOW_MS,
  );

  test(
    'a search tells what happened to an event, an unknown one what to try',
    async () => {
      const { relay, eventId } = await everyKind();
      const { page, problems } = await open(relay.dashboard);
      const search = page.getByLabel('Search for an event');
      await search.fill('acme/app:1.0');
      await search.press('Enter');
      await page.waitForURL('**/search?**');
      // Both relays had such an event: a list, of which one is opened.
      await shows(page, '2 events, newest first.');
      await page.getByRole('row').getByRole('link', { name: 'push acme/app:1.0' }).first().click();
      await shows(page, /received as push/);
      await shows(page, /attempt 1 delivered/);
      await shows(page, /attempt 2 failed; dead-lettered/);
      await page.getByText(eventId).first().waitFor();
      await page.getByText('out of order').first().waitFor({ state: 'attached' });
      await search.fill('acme/unknown:this');
      await search.press('Enter');
      await page.getByText('No events found for acme/unknown:this').waitFor();
      await page.getByText('Did the registry send it?').waitFor();
      expect(problems).toEqual([]);
    },
    SLOW_MS,
  );

  test(
    'pausing keeps what comes, resuming delivers it, and who paused why is shown',
    async () => {
      const receiver = await startReceiver();
      const relay = await relayTo({ endpoints: [{ name: 'hook', url: receiver.url }] });
      const { page, problems } = await open(`${relay.dashboard}/endpoints/hook`);
      await page.getByLabel('Reason (optional)').fill('the receiver moves');
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByText('the receiver moves').waitFor();
      await relay.post(envelope(anEvent()));
      await shows(page, '1 delivery queued');
      expect(receiver.requests).toHaveLength(0);
      await page.goto(`${relay.dashboard}/search?q=acme/app`);
      await shows(page, 'endpoint paused by the dashboard');
      await page.goto(`${relay.dashboard}/endpoints/hook`);
      await page.getByRole('button', { name: 'Resume' }).click();
      await receiver.received(1);
      expect(problems).toEqual([]);
    },
    SLOW_MS,
  );

  test(
    'dropping is asked about first, and going back drops nothing',
    async () => {
      const { relay, deadId } = await everyKind();
      const { page, problems } = await open(`${relay.dashboard}/deliveries/${deadId}`);
      await page.getByRole('link', { name: 'Delete' }).click();
      await page.getByText('This cannot be undone.').waitFor();
      await page.getByRole('link', { name: 'Back' }).click();
      await page.getByRole('link', { name: 'Delete' }).click();
      await page.getByRole('button', { name: 'Delete 1 dead-lettered delivery' }).click();
      // What the endpoint that left the configuration has is still there.
      await page.getByLabel('Endpoint').selectOption('removed');
      await page.getByRole('button', { name: 'Filter' }).click();
      await page.getByRole('link', { name: 'Delete all 1' }).click();
      await page.getByText('endpoint removed').waitFor();
      await page.getByRole('button', { name: 'Delete 1 dead-lettered delivery' }).click();
      await page.getByText('1 delivery deleted').waitFor();
      await page.goto(`${relay.dashboard}/dead`);
      await page.getByText('There are no dead letters.').waitFor();
      const dropped = () => relay.records.filter(({ outcome }) => outcome === 'dropped');
      await eventually(dropped, (records) => records.length === 2);
      expect(problems).toEqual([]);
    },
    SLOW_MS,
  );

  test(
    'a quarantined request is shown, read again and dropped',
    async () => {
      const { relay } = await everyKind();
      const { page, problems } = await open(`${relay.dashboard}/quarantine`);
      const entries = page.getByRole('table', { name: 'Quarantined requests, newest first' });
      await entries.getByRole('rowheader').getByRole('link').click();
      await page.getByText('{"events":[{"broken":').waitFor();
      await page.getByText('The body ends too early').waitFor();
      await page.getByRole('button', { name: 'Retry' }).click();
      await page.getByText('Not accepted: the body is not JSON').waitFor();
      await page.goto(`${relay.dashboard}/quarantine`);
      await page.getByRole('link', { name: 'Delete all 1' }).click();
      await page.getByRole('button', { name: 'Delete 1 quarantined request' }).click();
      await page.getByText('1 request deleted').waitFor();
      await page.goto(`${relay.dashboard}/quarantine`);
      await page.getByText('Quarantine is empty.').waitFor();
      expect(problems).toEqual([]);
    },
    SLOW_MS,
  );

  test(
    'everything can be done by keyboard',
    async () => {
      const { relay } = await everyKind();
      const { page } = await open(relay.dashboard);
      const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
      await page.keyboard.press('Tab');
      expect(await focused()).toContain('Skip to the content');
      const reach = async (text: string): Promise<void> => {
        for (let n = 0; n < 60; n++) {
          await page.keyboard.press('Tab');
          if ((await focused()).trim() === text) return;
        }
        throw new Error(`Tab never came to ${text}`);
      };
      await reach('Dead letters');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/dead');
      await reach('Retry all 2');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/dead/retry');
      await reach('Retry 2 dead-lettered deliveries');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/operations/**');
      await page.getByText('2 deliveries retried').waitFor();
    },
    SLOW_MS,
  );

  test(
    'no page has a barrier, or is wider than the screen, at either width and in either theme',
    async () => {
      const { relay, deadId, eventId } = await everyKind();
      const quarantined = (await (
        await fetch(`${relay.dashboard}/api/v1/quarantine`, {
          headers: { authorization: `Basic ${btoa('ops:hunter2')}` },
        })
      ).json()) as { items: { id: string }[] };
      const paths = [
        '/',
        `/endpoints/${encodeURIComponent('failing: {ä} / 100%')}?state=dead`,
        '/endpoints/paused',
        '/endpoints/removed',
        '/dead',
        '/dead?repository=none/**',
        '/dead/retry',
        `/dead/drop?id=${deadId}`,
        `/deliveries/${deadId}`,
        '/quarantine',
        `/quarantine/${quarantined.items[0]?.id}`,
        '/search?q=acme/app',
        '/search',
        '/events',
        `/event?id=${eventId}`,
        '/explain?endpoint=fine',
        '/replay',
        '/doctor?run=1',
        '/operations',
        '/nothing/of/the/kind',
      ];
      const opened = await open(`${relay.dashboard}/dead/retry?endpoint=removed`);
      const { page } = opened;
      await page.getByRole('button', { name: 'Retry 1 dead-lettered delivery' }).click();
      await page.waitForURL('**/operations/**');
      paths.push(new URL(page.url()).pathname);
      for (const path of paths) {
        await visit(opened, relay.dashboard + path);
        expect({ path, faults: await faultsInEveryLook(page) }).toEqual({ path, faults: [] });
      }
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const [red = 0] = (background.match(/\d+/g) ?? []).map(Number);
        expect(red > 128 ? 'light' : 'dark').toBe(colorScheme);
      }
    },
    SLOW_MS,
  );
});
