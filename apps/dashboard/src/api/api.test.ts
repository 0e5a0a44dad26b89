/** What the API shows, over a real Redis and real HTTP. */
import { randomUUID } from 'node:crypto';
import { eventually } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { get, post, ROUTES } from '../testing/api.js';
import { endpoints, startDashboard } from '../testing/dashboard.js';

describe('what is shown', () => {
  test('an endpoint, with its numbers and its settings, whatever it is called', async () => {
    const names = ['harbor prod', '100%', 'team/hook', 'büro?#', 'one'];
    const dashboard = await startDashboard(endpoints(...names));
    for (const name of names) {
      await dashboard.enqueue(name);
      const { status, body } = await get(dashboard, `/endpoints/${encodeURIComponent(name)}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        name,
        configured: true,
        url: 'http://127.0.0.1:9/',
        kind: 'http',
        waiting: 1,
        dead: 0,
        disabled: false,
        pausedByConfig: false,
        settings: { threshold: 10, timeout: 1_000 },
      });
      expect(body.oldestAt).toBeDefined();
    }
    const all = await get(dashboard, '/endpoints');
    expect(all.body.items.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  test('an endpoint that left the configuration is among them as long as it has a queue', async () => {
    const dashboard = await startDashboard(endpoints('one', 'two'));
    await dashboard.die('one');
    await dashboard.inspector.remember(['one']);
    await dashboard.apply(endpoints('two'));
    const { body } = await get(dashboard, '/endpoints/one');
    expect(body).toMatchObject({ configured: false, dead: 1, state: { name: 'removed' } });
    expect((await get(dashboard, '/dead')).body.items).toHaveLength(1);
  });

  test('an unknown endpoint is 404 and names the nearest', async () => {
    const dashboard = await startDashboard(endpoints('billing'));
    for (const path of [
      '/endpoints/biling',
      '/dead?endpoint=biling',
      '/deliveries?endpoint=biling&state=dead',
    ]) {
      const { status, body } = await get(dashboard, path);
      expect([path, status, body.error]).toEqual([path, 404, 'REQUEST_NOT_FOUND']);
      expect(body.message).toContain('did you mean billing?');
    }
  });

  test('deliveries by state in pages, and one in full', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    const dead = await dashboard.die('one');
    const waiting = [
      await dashboard.enqueue('one'),
      await dashboard.enqueue('one'),
      await dashboard.enqueue('one'),
    ];
    const first = await get(dashboard, '/deliveries?endpoint=one&state=waiting&limit=2');
    const more = await get(
      dashboard,
      `/deliveries?endpoint=one&state=waiting&limit=2&after=${first.body.next}`,
    );
    const ids = [...first.body.items, ...more.body.items].map(({ id }) => id);
    expect(ids).toEqual(waiting.map(({ id }) => id));
    expect(more.body.next).toBeUndefined();
    const listed = await get(dashboard, '/deliveries?endpoint=one&state=dead');
    expect(listed.body.items).toMatchObject([{ id: dead.id, state: 'dead', attempts: 1 }]);
    for (const path of [`/deliveries/${dead.id}`, `/dead/${dead.id}`]) {
      const { body } = await get(dashboard, path);
      expect(body).toMatchObject({
        payload: dead.payload.event,
        contentType: dead.contentType,
        last: { reason: 'http_500', detail: 'the receiver answered 500' },
        event: { id: dead.eventId, view: { repository: 'acme/app' } },
      });
    }
    expect((await get(dashboard, `/deliveries/${'0'.repeat(32)}`)).status).toBe(404);
    expect((await get(dashboard, `/dead/${waiting[0]?.id}`)).status).toBe(404);
  });

  test('what happened to an event', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    const dead = await dashboard.die('one');
    await dashboard.inspector.remember(['one']);
    const { body } = await get(dashboard, `/trace?q=${dead.id}`);
    expect(body.trails).toMatchObject([{ deliveries: [{ id: dead.id, endpoint: 'one', state: 'dead' }] }]);
  });

  test('no secret is in any answer', async () => {
    const notifications = {
      endpoints: [
        {
          name: 'one',
          url: 'https://ops:s3cret@hooks.example.com/T0A1B2C3D4E5F6G7H8/s?token=s3cret',
          headers: { Authorization: ['Bearer s3cret'] },
        },
      ],
    };
    const basic = { ops: 's3cret' };
    const dashboard = await startDashboard({ notifications, dashboard: { auth: { basic } } });
    const { id } = await dashboard.die('one');
    const authorization = `Basic ${Buffer.from('ops:s3cret').toString('base64')}`;
    const reads = ROUTES.filter(({ method }) => method === 'get').map(({ path }) => path);
    const query = { '/deliveries': '?endpoint=one&state=dead', '/trace': `?q=${id}` } as Record<
      string,
      string
    >;
    for (const path of [...reads, '/openapi.json']) {
      const asked = `${path.replace('{name}', 'one').replace('{id}', id)}${query[path] ?? ''}`;
      const text = await (await dashboard.get(`/api/v1${asked}`, { authorization })).text();
      expect(text, asked).not.toMatch(/s3cret|T0A1B2/);
    }
  });
});

describe('what is not there', () => {
  test('a path is 404 and names the nearest', async () => {
    const dashboard = await startDashboard();
    const { status, body } = await get(dashboard, '/endpoint');
    expect([status, body.error]).toEqual([404, 'REQUEST_NOT_FOUND']);
    expect(body.message).toContain('did you mean /api/v1/endpoints?');
    expect((await get(dashboard, `/operations/${randomUUID()}`)).status).toBe(404);
  });

  test('a parameter is 400 and names the nearest', async () => {
    const dashboard = await startDashboard();
    const { status, body } = await get(dashboard, '/dead?repositry=a');
    expect([status, body.error]).toEqual([400, 'REQUEST_INVALID']);
    expect(body.message).toContain('did you mean repository?');
    expect((await get(dashboard, '/dead?limit=0')).status).toBe(400);
    expect((await get(dashboard, '/dead?limit=9999')).status).toBe(400);
    expect((await get(dashboard, '/dead?after=nonsense')).status).toBe(400);
    expect((await get(dashboard, '/endpoints?a=1')).status).toBe(400);
  });

  test('a body that is no JSON, or too large, is 400', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    for (const body of ['{', `{"reason":"${'x'.repeat(300_000)}"}`]) {
      const response = await fetch(`${dashboard.url}/api/v1/endpoints/one/pause`, {
        method: 'POST',
        headers,
        body,
      });
      expect([response.status, (await response.json()).error]).toEqual([400, 'REQUEST_INVALID']);
    }
  });

  test('Redis: every path is 503 within a second', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    dashboard.client.disconnect();
    await eventually(() => dashboard.client.status !== 'ready');
    for (const path of [
      '/endpoints',
      '/dead',
      '/quarantine',
      '/deliveries?endpoint=one&state=dead',
      '/trace?q=a',
    ]) {
      const { status, body, headers } = await get(dashboard, path);
      expect([path, status, body.error]).toEqual([path, 503, 'QUEUE_UNAVAILABLE']);
      expect(headers.get('retry-after')).toBe('5');
    }
    expect((await post(dashboard, '/dead/retry', { all: true })).status).toBe(503);
    expect(dashboard.internalErrors).toEqual([]);
  });
});

describe('the document', () => {
  test('names every route, with its parameters and answers', async () => {
    const dashboard = await startDashboard();
    const response = await dashboard.get('/api/v1/openapi.json');
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
    const document = await response.json();
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/api/v1' }] });
    for (const { path, method, status } of ROUTES) {
      const operation = document.paths[path]?.[method];
      expect(Object.keys(operation.responses), path).toContain(String(status));
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const parameters = (operation.parameters ?? []) as { name: string; in: string; required: boolean }[];
      expect(parameters.filter((each) => each.in === 'path').map(({ name }) => name)).toEqual(named);
      expect(operation.requestBody !== undefined).toBe(method === 'post');
    }
    const operationIds = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap(
      (path) => Object.values(path).map(({ operationId }) => operationId),
    );
    expect(new Set(operationIds).size).toBe(ROUTES.length);
    const dead = document.paths['/dead'].get;
    expect(dead.parameters).toContainEqual({
      name: 'limit',
      in: 'query',
      required: false,
      description: 'Maximum number of items.',
      schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
    });
    const { schema } = document.paths['/dead/retry'].post.requestBody.content['application/json'];
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining(['endpoint', 'since', 'until', 'repository', 'reason', 'id', 'all', 'rate']),
    );
    expect(schema.additionalProperties).toBe(false);
    const named = Object.keys(document.components.schemas);
    const referred = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]*)"/g)].map(
      ([, path = '']) => path,
    );
    expect(referred.length).toBeGreaterThan(10);
    const missing = referred.filter((path) => !named.includes(path.replace('/components/schemas/', '')));
    expect(missing).toEqual([]);
  });
});
