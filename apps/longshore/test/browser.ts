/** Pages of a running relay in a real browser, with everything that goes wrong in them. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { toolPath } from '@longshore/testkit';
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

/** What axe finds that keeps somebody out: rule and element, of serious and critical weight. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

interface Violation {
  id: string;
  impact?: string | null;
  nodes: { html: string }[];
}
