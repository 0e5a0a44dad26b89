/** The pages with names and answers that their writers chose to do harm, or only chose to be long. */
import { hasTool, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { dashboardAuth, useBrowser } from './browser.js';
import { anEvent, envelope, startRelay, workFolder, writeConfig } from './relay.js';

const SLOW_MS = 180_000;
const MARKUP = '<img src=x onerror=alert(1)>';

/** A relay with one dead delivery of this repository at this endpoint, and every page that shows it. */
async function pagesAbout(endpoint: string, repository: string) {
  const receiver = await startReceiver({ status: 500, body: `${MARKUP}<script>alert(2)</script>` });
  const relay = await startRelay(
    await writeConfig(await workFolder(), {
      notifications: { endpoints: [{ name: endpoint, url: receiver.url, threshold: 1 }] },
      dashboard: { listen: '127.0.0.1:0', auth: dashboardAuth },
      redis: { url: redisUrl(), prefix: testPrefix() },
    }),
  );
  const event = anEvent();
  const target = { ...(event.target as object), repository, tag: MARKUP };
  await relay.post(envelope({ ...event, target, actor: { name: MARKUP } }));
  const { deliveryId } = await relay.waitFor(({ outcome }) => outcome === 'dead');
  const query = new URLSearchParams({ endpoint });
  const paths = [
    '/',
    `/endpoints/${encodeURIComponent(endpoint)}?state=dead`,
    '/dead',
    `/dead/retry?${query}`,
    `/dead/drop?${query}`,
    `/deliveries/${deliveryId}`,
    `/search?${new URLSearchParams({ q: repository })}`,
    `/search?${new URLSearchParams({ q: `${repository}-unknown` })}`,
  ];
  return { relay, paths };
}

describe.runIf(hasTool('chromium'))('the pages', () => {
  const open = useBrowser();

  test(
    'show markup as the text that it is',
    async () => {
      const { relay, paths } = await pagesAbout(`${MARKUP} "'&`, `acme/${MARKUP}`);
      const { page, problems } = await open(relay.dashboard);
      for (const path of paths) {
        await page.goto(relay.dashboard + path);
        expect([path, await page.locator('body :is(img, script)').count()]).toEqual([path, 0]);
        expect(await page.locator('body').textContent()).toContain(MARKUP);
      }
      expect(problems).toEqual([]);
    },
    SLOW_MS,
  );

  test.each([360, 1_440])(
    'are no wider than a screen of %i px, however long the names are',
    async (width) => {
      const { relay, paths } = await pagesAbout('e'.repeat(128), 'r'.repeat(300));
      const { page } = await open(relay.dashboard, { viewport: { width, height: 800 } });
      for (const path of paths) {
        await page.goto(relay.dashboard + path);
        const tooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        expect([path.slice(0, 20), tooWide]).toEqual([path.slice(0, 20), false]);
      }
    },
    SLOW_MS,
  );
});
