/** The board in a real browser: it renders under our content security policy and loads nothing from elsewhere. */
import { hasTool, toolPath } from '@longshore/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { endpoints, startDashboard, type TestDashboard } from './testing/dashboard.js';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
const SLOW_MS = 240_000;

describe.runIf(hasTool('chromium'))('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: toolPath('chromium'), headless: true, args: ARGS });
  }, SLOW_MS);
  afterAll(() => browser?.close());

  /** A page, what went wrong in it, and every other host that it asked. */
  async function open(dashboard: TestDashboard) {
    const context = await browser.newContext({ httpCredentials: { username: 'ops', password: 'hunter2' } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(90_000);
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== 'data:' && origin !== dashboard.url) problems.push(`asks ${request.url()}`);
    });
    await page.goto(`${dashboard.url}/queues`, { timeout: SLOW_MS });
    return { page, problems };
  }

  const reads = async (page: Page, ...texts: string[]) => {
    for (const text of texts) await page.getByText(text).first().waitFor();
  };

  const settings = (...names: string[]) => ({
    ...endpoints(...names),
    dashboard: { auth: { basic: { ops: 'hunter2' } } },
  });

  test(
    'the board shows the queues and a dead delivery with its reason, and nothing goes wrong',
    async () => {
      const dashboard = await startDashboard(settings('one', 'two'));
      const { id } = await dashboard.die('one');
      const { page, problems } = await open(dashboard);
      await reads(page, 'one', 'two');
      await page.getByRole('main').getByText('one', { exact: true }).click();
      await page
        .getByRole('link', { name: /failed/i })
        .first()
        .click();
      await reads(page, 'push acme/app:1.0', 'the receiver answered 500');
      await page.getByText(id).first().click();
      await page.waitForURL(`**/${id}**`);
      await reads(page, 'push acme/app:1.0');
      expect(problems).toEqual([]);
    },
    SLOW_MS,
  );

  test(
    'the queue of an endpoint can be opened, whatever it is called',
    async () => {
      const names = ['harbor prod', '100%', 'team/hook', 'büro'];
      const dashboard = await startDashboard(settings(...names));
      const { page, problems } = await open(dashboard);
      for (const name of names) {
        await dashboard.enqueue(name);
        await page.goto(`${dashboard.url}/queues`);
        await page.getByRole('main').getByText(name, { exact: true }).click();
        await reads(page, 'push acme/app:1.0');
      }
      expect(problems).toEqual([]);
    },
    SLOW_MS,
  );

  test(
    'a page changes by itself, shows the reader’s time, and is used by keys',
    async () => {
      const dashboard = await startDashboard(settings('one', 'two'));
      await dashboard.die('one');
      const { page, problems } = await open(dashboard);
      await page.goto(dashboard.url);
      await reads(page, 'Updated');
      // The stream opens three seconds after the page, and a page that it tells nothing loads again after ten.
      await dashboard.die('one');
      await page.getByRole('row').getByRole('link', { name: '2', exact: true }).waitFor();

      await page.goto(`${dashboard.url}/endpoints/one`);
      const rows = page.getByRole('table', { name: 'Deliveries of one: dead' }).locator('tbody tr');
      await rows.nth(1).waitFor();
      await page.getByLabel('Reason (optional)').fill('kept by an update');
      await page
        .getByRole('link', { name: /^Dead letters/ })
        .last()
        .focus();
      await dashboard.die('one');
      await page.keyboard.press('r');
      await rows.nth(2).waitFor();
      expect(await page.locator('dl.facts').getByRole('link', { name: '3', exact: true }).count()).toBe(1);
      expect(await page.getByLabel('Reason (optional)').inputValue()).toBe('kept by an update');

      // The list that was open stays open with the first dead letter.
      await page.goto(`${dashboard.url}/endpoints/two`);
      const current = page.locator('nav.tabs [aria-current]');
      expect(await current.textContent()).toBe('Last attempts');
      await dashboard.die('two');
      await page.keyboard.press('r');
      await page.getByRole('link', { name: 'Retry 1', exact: true }).waitFor();
      expect(await current.textContent()).toBe('Last attempts');

      await page.getByRole('button', { name: 'Stop updates' }).click();
      await reads(page, 'Updates stopped');

      await page.goto(`${dashboard.url}/dead`);
      const time = page.locator('tbody time').first();
      expect(await time.getAttribute('title')).toMatch(/^\d{4}-\d\d-\d\d .+\n.+ UTC$/);
      // Past the two groups.
      for (let n = 0; n < 3; n++) await page.keyboard.press('j');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toContain(
        '/deliveries/',
      );
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('/');
      await page.keyboard.type('j');
      expect(await page.getByRole('searchbox').inputValue()).toBe('j');
      expect(problems).toEqual([]);
    },
    SLOW_MS,
  );
});
