/** Pages of a running relay in a real browser, with everything that goes wrong in them. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { eventually, toolPath } from '@longshore/testkit';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
const SLOW_MS = 240_000;

/** Who may see the dashboard of these tests. */
const OPERATOR = { username: 'ops', password: 'hunter2' };
export const dashboardAuth = { basic: { [OPERATOR.username]: OPERATOR.password } };

export interface Opened {
  page: Page;
  /** Errors of scripts and of the console, refused resources, requests to other hosts. */
  problems: string[];
}

/** A browser for the tests of a file. */
export function useBrowser() {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: toolPath('chromium'), headless: true, args: ARGS });
  }, SLOW_MS);
  afterAll(() => browser?.close());

  return async (url: string, options: BrowserContextOptions = {}): Promise<Opened> => {
    const context = await browser.newContext({ httpCredentials: OPERATOR, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(SLOW_MS);
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== 'data:' && origin !== new URL(url).origin) problems.push(`asks ${request.url()}`);
    });
    await page.goto(url, { timeout: SLOW_MS });
    return { page, problems };
  };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe finds that keeps somebody out: rule and element, of serious and critical weight.
 * @param rules only these
 */
export async function barriers(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    (only) =>
      (globalThis as unknown as { axe: Axe }).axe.run(only && { runOnly: { type: 'rule', values: only } }),
    rules && [...rules],
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

interface Axe {
  run(options?: object): Promise<{ violations: Violation[] }>;
}

interface Violation {
  id: string;
  impact?: string | null;
  nodes: { html: string }[];
}

const CONTRAST = ['color-contrast'];
/** What a width can change; the others read the document alone. */
const BY_WIDTH = [...CONTRAST, 'target-size', 'scrollable-region-focusable', 'link-name', 'button-name'];
const LOOKS = [
  { width: 1440, colorScheme: 'light', rules: undefined },
  { width: 360, colorScheme: 'light', rules: BY_WIDTH },
  { width: 360, colorScheme: 'dark', rules: CONTRAST },
  { width: 1440, colorScheme: 'dark', rules: CONTRAST },
] as const;
const HEIGHT = 800;

/**
 * Opens an address of the same dashboard to look at it: without live updates, which may replace what is looked at, and
 * again while a Redis that other tests use is so slow that the page is 503 with a notice.
 * @returns its status
 */
export async function visit({ page, problems }: Opened, url: string): Promise<number | undefined> {
  await page.evaluate(() => sessionStorage.setItem('paused', 'true'));
  const before = problems.length;
  const open = async (): Promise<number | undefined> => {
    problems.splice(before);
    return (await page.goto(url))?.status();
  };
  return eventually(open, (status) => status !== 503, { what: `${url}, not 503` });
}

/**
 * Barriers of a page, and where it is wider than the screen, at both widths and in both themes, with one load. A
 * look after the first is asked for what it can change.
 */
export async function faultsInEveryLook(page: Page): Promise<string[]> {
  const faults: string[] = [];
  for (const { width, colorScheme, rules } of LOOKS) {
    // With motion, colours would change gradually, and a browser that draws nothing for a while would never end that.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: HEIGHT });
    const found = await barriers(page, rules);
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push('too wide');
    faults.push(...found.map((fault) => `${width} ${colorScheme}: ${fault}`));
  }
  return faults;
}
