/** The admin listener's pages by themselves: what each asks, and what it says when that fails. */
import { expect, onTestFinished, test } from 'vitest';
import { type AdminParts, createAdmin } from './admin.js';
import { unguarded as listen } from './testing/listen.js';

const unused = () => {
  throw new Error('nothing else is to be asked');
};

async function admin(parts: Partial<AdminParts>) {
  const none = () => [];
  const base = { version: '1.2.3', missing: unused, notes: none, metrics: unused, vars: unused };
  const all: AdminParts = { ...base, ...parts };
  const app = createAdmin(all);
  app.silent = true;
  const { url, close } = await listen('admin', { host: '127.0.0.1', port: 0 }, app.callback());
  onTestFinished(() => close(0));
  return async (path: string) => {
    const response = await fetch(url + path);
    const text = await response.text();
    return { status: response.status, type: response.headers.get('content-type'), text };
  };
}

test('/healthz asks nothing else', async () => {
  const get = await admin({});
  const { status, text } = await get('/healthz');
  expect([status, JSON.parse(text)]).toEqual([
    200,
    { status: 'ok', version: '1.2.3', uptime: expect.any(Number) },
  ]);
});

test('/readyz is 503 and names each reason while something is missing, and 200 after', async () => {
  let missing = ['Redis does not answer', 'and more'];
  const get = await admin({ missing: () => missing });
  const red = await get('/readyz');
  expect([red.status, JSON.parse(red.text)]).toEqual([503, { status: 'not ready', missing }]);
  missing = [];
  const green = await get('/readyz');
  expect([green.status, JSON.parse(green.text)]).toEqual([200, { status: 'ready' }]);
});

test('/readyz says what else there is to know, ready or not', async () => {
  const notes = ['the spool holds 3 requests'];
  let missing: string[] = [];
  const get = await admin({ missing: () => missing, notes: () => notes });
  const green = await get('/readyz');
  expect([green.status, JSON.parse(green.text)]).toEqual([200, { status: 'ready', notes }]);
  missing = ['Redis does not answer'];
  const red = await get('/readyz');
  expect([red.status, JSON.parse(red.text)]).toEqual([503, { status: 'not ready', missing, notes }]);
});

test('/metrics has the content type that Prometheus asks for', async () => {
  const contentType = 'text/plain; version=0.0.4; charset=utf-8';
  const get = await admin({ metrics: async () => ({ contentType, body: 'up 1\n' }) });
  expect(await get('/metrics')).toEqual({ status: 200, type: contentType, text: 'up 1\n' });
});

test('a page that fails is answered 500 and tells nothing of the reason', async () => {
  const get = await admin({});
  const { status, text } = await get('/metrics');
  expect([status, text]).toEqual([500, 'Internal Server Error']);
  expect((await get('/healthz')).status).toBe(200);
});

test('another path is answered 404 with those that there are', async () => {
  const { status, text } = await (await admin({}))('/');
  expect(status).toBe(404);
  for (const path of ['/healthz', '/readyz', '/metrics', '/debug/vars']) expect(text).toContain(path);
});
