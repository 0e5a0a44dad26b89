/** What the API changes, over a real Redis and real HTTP. */
import { createJournalReader } from '@longshore/queue/journal';
import { createQuarantine } from '@longshore/queue/quarantine';
import { eventually } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { ended, get, post } from '../testing/api.js';
import { endpoints, startDashboard } from '../testing/dashboard.js';

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

describe('a test', () => {
  test('goes to the queue of one endpoint, and is noted', async () => {
    const dashboard = await startDashboard(endpoints('one', 'two'));
    const { status, body } = await post(dashboard, '/endpoints/one/test', {});
    expect(status).toBe(200);
    const sent = await get(dashboard, `/deliveries/${body.delivery}`);
    expect(sent.body).toMatchObject({
      endpoint: 'one',
      state: 'waiting',
      event: { view: { tag: 'longshore-test' } },
    });
  });

  test('is not sent to an endpoint that is paused', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    await post(dashboard, '/endpoints/one/pause', {});
    const { status, body } = await post(dashboard, '/endpoints/one/test', {});
    expect(status).toBe(409);
    expect(JSON.stringify(body)).toContain('no test was sent to one: it is paused');
    expect((await get(dashboard, '/deliveries?endpoint=one&state=waiting')).body.items).toEqual([]);
  });
});

test('a test is not sent to an endpoint that copies: it would push to the target', async () => {
  const copy = { registry: { url: 'https://one.example.com' }, target: { url: 'https://two.example.com' } };
  const dashboard = await startDashboard({
    notifications: { endpoints: [{ name: 'one', kind: 'copy', copy }] },
  });
  const { status, body } = await post(dashboard, '/endpoints/one/test', {});
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain('endpoint one is of kind copy');
});

describe('retry and drop', () => {
  test('a retry continues in the background and reports its progress; twice is safe', async () => {
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

  test('a rate of 0 is no limit, as it is for the command', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    for (let n = 0; n < 3; n++) await dashboard.die('one');
    const { body } = await post(dashboard, '/dead/retry', { all: true, rate: 0 });
    expect((await ended(dashboard, body.id)).body).toMatchObject({ state: 'done', done: 3, left: 0 });
  });

  test('two at once on the same filter do it once between them', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    for (let n = 0; n < 4; n++) await dashboard.die('one');
    const started = await Promise.all([1, 2].map(() => post(dashboard, '/dead/drop', { all: true })));
    const ends = await Promise.all(started.map(({ body }) => ended(dashboard, body.id)));
    expect(ends.map(({ body }) => body.state)).toEqual(['done', 'done']);
    expect(ends.reduce((sum, { body }) => sum + body.done, 0)).toBe(4);
    const reader = createJournalReader(dashboard.client, dashboard.prefix, (_): _ is never => false);
    const noted = (await reader.read('one')).notes.map(({ entry }) => entry);
    expect(noted).toHaveLength(4);
    expect(noted[0]).toMatchObject({ what: 'dropped', by: 'the dashboard', endpoint: 'one' });
  });

  test('it can be cancelled, and the answer to a retry says where nothing is delivered', async () => {
    const dashboard = await startDashboard(endpoints('one', 'two'));
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
    // Of another endpoint there is nothing to say.
    const { id } = await dashboard.die('two');
    expect((await post(dashboard, '/dead/retry', { id })).body).toMatchObject({
      held: [],
      filter: { id: [id] },
    });
    expect(await dashboard.inspector.counts('one')).toMatchObject({ waiting: 1, dead: 2 });
  });

  test.each<[string, unknown, RegExp]>([
    ['no filter', {}, /no filter.*"all": true/],
    ['a filter and all', { endpoint: 'one', all: true }, /all: true together with a filter/],
    ['an unknown word', { endpont: 'one' }, /unknown parameter endpont; did you mean endpoint\?/],
    ['no time', { since: 'yesterday' }, /since: "yesterday" is not a time; write/],
    ['a span that ends before it begins', { since: '1h', until: '2h' }, /since \(1h\) is after until \(2h\)/],
    ['no id', { id: ['../../etc'] }, /32 hexadecimal digits/],
    ['a negative rate', { all: true, rate: -1 }, /rate/],
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
    expect((await post(dashboard, '/quarantine/drop', { source: 'absent' })).body).toEqual({ dropped: 0 });
    expect((await post(dashboard, '/quarantine/drop', { id: cut.id })).body).toEqual({ dropped: 1 });
    expect((await get(dashboard, `/quarantine/${cut.id}`)).status).toBe(404);
  });
});
