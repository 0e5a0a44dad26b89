/** The API over a real Redis and real HTTP: each answer is checked against the schema that the document shows. */
import { randomUUID } from 'node:crypto';
import { createJournal, createQuarantine } from '@longshore/queue/operator';
import { eventually } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import type { Operate } from '../operate/index.js';
import { createOperations } from '../operate/operations.js';
import { endpoints, startDashboard, type TestDashboard } from '../testing/dashboard.js';
import { problem } from './answers.js';
import type { Route } from './route.js';
import { routesOf } from './routes.js';

/** For their words alone: nothing of it is called. */
const ROUTES: Route[] = routesOf({} as Operate, createOperations({} as Operate));
const CHANGES = ROUTES.filter(({ method }) => method === 'post').map(({ path }) => path);

interface Answered {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: each is checked against its schema
  body: any;
}

/** The answer, once its schema has accepted it. */
async function checked(method: 'get' | 'post', path: string, response: Response): Promise<Answered> {
  const [bare = ''] = path.split('?');
  const body: unknown = await response.json();
  const isOf = (pattern: string): boolean =>
    new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(bare);
  const exact = ROUTES.find((route) => route.path === bare && route.method === method);
  const route = exact ?? ROUTES.find((each) => each.method === method && isOf(each.path));
  if (response.ok && route) {
    expect(response.status).toBe(route.status);
    route.answer.parse(body);
  } else problem.parse(body);
  return { status: response.status, headers: response.headers, body };
}

const get = async (dashboard: TestDashboard, path: string) =>
  checked('get', path, await dashboard.get(`/api/v1${path}`));

const post = async (dashboard: TestDashboard, path: string, body?: unknown) =>
  checked('post', path, await dashboard.post(path, body));

const ended = (dashboard: TestDashboard, id: string) =>
  eventually(
    () => get(dashboard, `/operations/${id}`),
    ({ body }) => body.state !== 'running',
  );

const filled = (path: string): string => path.replaceAll(/\{\w+\}/g, 'one');

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

  test('an endpoint that nobody knows is 404 and names the nearest', async () => {
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

describe('pause and resume', () => {
  test('an endpoint is paused with who and why, once, and resumed', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    const { body } = await post(dashboard, '/endpoints/one/pause', { reason: 'moved tonight' });
    expect(body).toMatchObject({
      state: { name: 'paused' },
      pause: { by: 'the dashboard', reason: 'moved tonight', since: expect.any(String) },
    });
    const again = await post(dashboard, '/endpoints/one/pause', { reason: 'another' });
    expect(again.body.pause).toEqual(body.pause);
    const resumed = await post(dashboard, '/endpoints/one/resume', {});
    expect(resumed.body).not.toHaveProperty('pause');
    expect(resumed.body.state.name).not.toBe('paused');
  });

  test('what the configuration pauses stays so, and the answer says it', async () => {
    const notifications = { endpoints: [{ name: 'one', url: 'http://127.0.0.1:9/', paused: true }] };
    const dashboard = await startDashboard({ notifications });
    const { body } = await post(dashboard, '/endpoints/one/resume', {});
    expect(body).toMatchObject({ pausedByConfig: true, state: { name: 'paused' } });
    expect(body).not.toHaveProperty('pause');
  });
});

describe('retry and drop', () => {
  test('a retry goes on in the background and tells how far it is; twice is safe', async () => {
    const dashboard = await startDashboard(endpoints('one', 'two'));
    for (let n = 0; n < 3; n++) await dashboard.die('one');
    await dashboard.die('two');
    const started = await post(dashboard, '/dead/retry', { endpoint: 'one', rate: 1_000 });
    expect(started).toMatchObject({ status: 202, body: { act: 'retry', filter: { endpoint: 'one' } } });
    const end = await ended(dashboard, started.body.id);
    expect(end.body).toMatchObject({ state: 'done', total: 3, done: 3, skipped: 0, left: 0, held: [] });
    const again = await ended(dashboard, (await post(dashboard, '/dead/retry', { endpoint: 'one' })).body.id);
    expect(again.body).toMatchObject({ state: 'done', total: 0, done: 0 });
    expect(await dashboard.inspector.counts('one')).toMatchObject({ waiting: 3, dead: 0 });
    expect(await dashboard.inspector.counts('two')).toMatchObject({ waiting: 0, dead: 1 });
    const { body } = await get(dashboard, '/operations');
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([again.body.id, end.body.id]);
  });

  test('two at once on the same filter do it once between them', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    for (let n = 0; n < 4; n++) await dashboard.die('one');
    const started = await Promise.all([1, 2].map(() => post(dashboard, '/dead/drop', { all: true })));
    const ends = await Promise.all(started.map(({ body }) => ended(dashboard, body.id)));
    expect(ends.map(({ body }) => body.state)).toEqual(['done', 'done']);
    expect(ends.reduce((sum, { body }) => sum + body.done, 0)).toBe(4);
    const noted = await createJournal(dashboard.client, dashboard.prefix).take(['one']);
    expect(noted).toHaveLength(4);
    expect(noted[0]).toMatchObject({ what: 'dropped', by: 'the dashboard', endpoint: 'one' });
  });

  test('it can be cancelled, and the answer to a retry says where nothing is delivered', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    for (let n = 0; n < 3; n++) await dashboard.die('one');
    await post(dashboard, '/endpoints/one/pause', {});
    // One in a thousand seconds after the first.
    const { body } = await post(dashboard, '/dead/retry', { all: true, rate: 0.001 });
    expect(body.held).toEqual([{ endpoint: 'one', why: expect.stringContaining('paused') }]);
    await eventually(
      () => get(dashboard, `/operations/${body.id}`),
      (operation) => operation.body.done === 1,
    );
    expect((await post(dashboard, `/operations/${body.id}/cancel`, {})).status).toBe(200);
    const end = await ended(dashboard, body.id);
    expect(end.body).toMatchObject({ state: 'stopped', done: 1, left: 2 });
    expect(await dashboard.inspector.counts('one')).toMatchObject({ waiting: 1, dead: 2 });
  });

  test.each<[string, unknown, RegExp]>([
    ['no filter', {}, /no filter.*"all": true/],
    ['a filter and all', { endpoint: 'one', all: true }, /all: true together with a filter/],
    ['an unknown word', { endpont: 'one' }, /endpont is not known; did you mean endpoint\?/],
    ['no time', { since: 'yesterday' }, /since: "yesterday" is no time; write/],
    ['a span that ends before it begins', { since: '1h', until: '2h' }, /since \(1h\) is after until \(2h\)/],
    ['no id', { id: ['../../etc'] }, /32 hexadecimal digits/],
    ['a rate of nothing', { all: true, rate: 0 }, /rate/],
    ['a list', [], /expected object/i],
  ])('%s is 400, and nothing is begun', async (_, body, message) => {
    const dashboard = await startDashboard(endpoints('one'));
    await dashboard.die('one');
    for (const act of ['retry', 'drop']) {
      const answer = await post(dashboard, `/dead/${act}`, body);
      expect([answer.status, answer.body.error]).toEqual([400, 'REQUEST_INVALID']);
      expect(answer.body.message).toMatch(message);
    }
    expect((await get(dashboard, '/operations')).body.items).toEqual([]);
    expect(await dashboard.inspector.counts('one')).toMatchObject({ dead: 1 });
  });

  test('quarantine is listed, shown, retried and dropped', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    const quarantine = createQuarantine(dashboard.client, dashboard.prefix);
    const put = (source: string, body: Buffer) =>
      quarantine.put({
        source,
        kind: 'harbor',
        reason: 'the body is not JSON',
        receivedAt: Date.now(),
        path: '/sources/harbor',
        headers: { 'user-agent': 'harbor' },
        body,
      });
    const { id } = await put('harbor', Buffer.from('{ "no": json'));
    const binary = await put('nexus', Buffer.from([0xff, 0xfe, 0]));
    const cut = await put('huge', Buffer.alloc(2 * 1024 * 1024, 'x'));
    const list = await get(dashboard, '/quarantine?limit=2');
    const rest = await get(dashboard, `/quarantine?limit=2&after=${list.body.next}`);
    const ids = [...list.body.items, ...rest.body.items].map((entry) => entry.id);
    expect(ids.toSorted()).toEqual([id, binary.id, cut.id].toSorted());
    const shown = await get(dashboard, `/quarantine/${id}`);
    expect(shown.body).toMatchObject({
      body: '{ "no": json',
      bytes: 12,
      cut: false,
      path: '/sources/harbor',
    });
    expect(shown.body).not.toHaveProperty('headers');
    expect((await get(dashboard, `/quarantine/${binary.id}`)).body.bodyBase64).toBe('//4A');
    expect((await post(dashboard, '/quarantine/retry', {})).status).toBe(400);
    const retried = await post(dashboard, '/quarantine/retry', { all: true });
    expect(retried.body).toMatchObject({ taken: 2, unreadable: 0, cut: 1, gone: 0 });
    const left = await get(dashboard, '/quarantine');
    expect(left.body.items).toMatchObject([{ id: cut.id, cut: true }]);
    expect((await post(dashboard, '/quarantine/drop', { source: 'nobody' })).body).toEqual({ dropped: 0 });
    expect((await post(dashboard, '/quarantine/drop', { id: cut.id })).body).toEqual({ dropped: 1 });
    expect((await get(dashboard, `/quarantine/${cut.id}`)).status).toBe(404);
  });
});

describe('who may change', () => {
  test.each(CHANGES)('POST %s is for our own pages and scripts only', async (path) => {
    const dashboard = await startDashboard(endpoints('one'));
    await dashboard.die('one');
    const before = await dashboard.inspector.counts('one');
    const url = `${dashboard.url}/api/v1${filled(path)}`;
    const json = { 'content-type': 'application/json' };
    const body = JSON.stringify({ all: true });
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example.com' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: dashboard.url, 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign) {
      const response = await fetch(url, { method: 'POST', headers: { ...json, ...headers }, body });
      expect([headers, response.status]).toEqual([headers, 403]);
      expect(await response.json()).toMatchObject({ error: 'REQUEST_REFUSED' });
    }
    // What a form of another site could send, if its browser told nothing of where it comes from.
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
      '',
    ]) {
      const headers = type === '' ? undefined : { 'content-type': type };
      const response = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
      expect([type, response.status]).toEqual([type, 415]);
      problem.parse(await response.json());
    }
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const response = await fetch(url, { method });
      expect([method, response.status]).toEqual([method, 405]);
      expect(response.headers.get('allow')).toBe('POST');
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(await response.json()).toMatchObject({ error: 'REQUEST_METHOD' });
    }
    expect(await dashboard.inspector.counts('one')).toEqual(before);
    expect(await dashboard.operate.endpoint('one')).not.toHaveProperty('pause');
  });

  test.each(CHANGES)('POST %s wants the password, where there is one', async (path) => {
    const dashboard = await startDashboard({
      ...endpoints('one'),
      dashboard: { auth: { basic: { ops: 'hunter2' } } },
    });
    await dashboard.die('one');
    const wrong = { authorization: `Basic ${Buffer.from('ops:hunter3').toString('base64')}` };
    for (const headers of [{}, wrong]) {
      const response = await dashboard.post(filled(path), { all: true }, headers as Record<string, string>);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: 'REQUEST_UNAUTHORIZED' });
    }
    expect(await dashboard.inspector.counts('one')).toMatchObject({ dead: 1 });
    expect(await dashboard.operate.endpoint('one')).not.toHaveProperty('pause');
  });

  test.each(CHANGES)(
    'POST %s is refused with dashboard.operate: false, and works while the board is read-only',
    async (path) => {
      const dashboard = await startDashboard({ ...endpoints('one'), dashboard: { operate: false } });
      const refused = await post(dashboard, filled(path), {});
      expect([refused.status, refused.body.error]).toEqual([403, 'REQUEST_REFUSED']);
      expect(refused.body.message).toContain('dashboard.operate');
      await dashboard.apply(endpoints('one'));
      expect((await post(dashboard, filled(path), {})).status).not.toBe(403);
    },
  );

  test('nothing that is read changes anything', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    const { id } = await dashboard.die('one');
    const dump = async () => {
      const keys = (await dashboard.client.keys(`${dashboard.prefix}:*`)).toSorted();
      return Promise.all(
        keys.map(async (key) => [key, (await dashboard.client.dumpBuffer(key))?.toString('hex')]),
      );
    };
    const before = await dump();
    for (const { path, method } of ROUTES) {
      if (method !== 'get') continue;
      const query =
        path === '/deliveries' ? '?endpoint=one&state=dead' : path === '/trace' ? '?q=acme/app' : '';
      await get(dashboard, `${path.replace('{name}', 'one').replace('{id}', id)}${query}`);
    }
    expect(await dump()).toEqual(before);
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
    expect(dashboard.faults).toEqual([]);
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
      description: 'How many at most.',
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
