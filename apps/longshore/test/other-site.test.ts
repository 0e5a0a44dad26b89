/** What a page of another site can do in the browser of somebody on the relay's machine: nothing. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hasTool, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useBrowser } from './browser.js';
import { anEvent, envelope, startRelay, workFolder, writeConfig } from './relay.js';

const SLOW_MS = 180_000;

/** A web site on an address of this machine, with an empty page. */
async function startSite(host: string): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>another site</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

/** Where a page's attempts go, and what they carry. */
interface Targets {
  ingest: string;
  admin: string;
  dashboard: string;
  body: string;
}

/** In the page: each way that a page has to send or read something. Returns what it could read. */
async function attack({ ingest, admin, dashboard, body }: Targets): Promise<string[]> {
  const notifications = `${ingest}/registry/notifications`;
  const read: string[] = [];
  const attempt = async (url: string, init?: RequestInit): Promise<void> => {
    const text = await fetch(url, init).then(
      (response) => response.text(),
      () => '',
    );
    if (text !== '') read.push(`${url}: ${text}`);
  };
  await attempt(notifications, { method: 'POST', mode: 'no-cors', body });
  await attempt(notifications, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
  await attempt(notifications, {
    method: 'POST',
    mode: 'no-cors',
    credentials: 'include',
    body: new Blob([body]),
  });
  navigator.sendBeacon(notifications, body);
  for (const path of ['/metrics', '/debug/vars', '/readyz']) await attempt(admin + path);
  for (const path of ['/', '/api/v1/endpoints', '/dead?repository=*a*b']) {
    await attempt(dashboard + path);
    await attempt(dashboard + path, { mode: 'no-cors', credentials: 'include' });
  }
  const pause = `${dashboard}/api/v1/endpoints/one/pause`;
  await attempt(pause, { method: 'POST', mode: 'no-cors', body: '{}' });
  const loaded = (element: HTMLElement) =>
    new Promise((resolve) => {
      element.onload = element.onerror = resolve;
      document.body.append(element);
    });
  await loaded(Object.assign(document.createElement('img'), { src: `${dashboard}/dead?repository=*a*b` }));
  await loaded(Object.assign(document.createElement('iframe'), { src: `${dashboard}/` }));
  await loaded(Object.assign(document.createElement('script'), { src: `${admin}/debug/vars` }));
  return read;
}

/** In the page: a form whose text is the event, as `name=value`. It navigates. */
function submitForm({ ingest, body }: Targets): void {
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', enctype: 'text/plain', action: `${ingest}/registry/notifications` });
  const [name = '', value = ''] = body.split('=');
  form.append(Object.assign(document.createElement('input'), { name, value }));
  document.body.append(form);
  form.submit();
}

describe.runIf(hasTool('chromium'))('a page of another site', () => {
  const open = useBrowser();

  test(
    'sends no event, reads nothing and changes nothing, and its attempts are recorded',
    async () => {
      const receiver = await startReceiver();
      const endpoints = [{ name: 'one', url: receiver.url }];
      const redis = { url: redisUrl(), prefix: testPrefix() };
      const relay = await startRelay(
        await writeConfig(await workFolder(), { notifications: { endpoints }, redis }),
      );
      const event = anEvent({ target: { repository: 'evil/app=1' } });
      const body = JSON.stringify(envelope(event));
      const targets = { ingest: relay.ingest, admin: relay.admin, dashboard: relay.dashboard, body };
      // Of another site, and of the same one: a site is not identified by its port.
      for (const host of ['127.0.0.2', '127.0.0.1']) {
        const site = await startSite(host);
        const { page } = await open(site);
        expect(await page.evaluate(attack, targets)).toEqual([]);
        const refused = page.waitForNavigation();
        await page.evaluate(submitForm, targets);
        expect((await refused)?.status()).toBe(403);
        // A link is followed.
        await page.goto(site);
        await page.evaluate((url) => {
          location.href = url;
        }, relay.dashboard);
        await page.waitForURL(`${relay.dashboard}/`);
        await page.getByRole('link', { name: 'one', exact: true }).first().waitFor();
      }
      const refused = relay.records.filter(({ reason }) => reason === 'REQUEST_REFUSED');
      expect(refused.length).toBeGreaterThanOrEqual(8);
      expect(relay.records.filter(({ record }) => record === 'event.received')).toEqual([]);
      // What a registry sends arrives, alone.
      await relay.post(envelope(anEvent({ target: { repository: 'good/app' } })));
      const [request] = await receiver.received(1);
      expect(request?.body.toString()).toContain('good/app');
      expect(receiver.requests).toHaveLength(1);
    },
    SLOW_MS,
  );
});
