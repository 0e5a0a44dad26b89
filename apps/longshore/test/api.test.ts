/** The API of a relay as it runs: the same deliveries, quarantine and trail as the command line. */
import { eventually, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { bury } from './operator.js';
import { anEvent, envelope, idsOf, type Relay, startRelay, workFolder, writeConfig } from './relay.js';

const LONG_MS = 120_000;

// biome-ignore lint/suspicious/noExplicitAny: the tests say what is in it
const json = async (response: Response): Promise<any> => response.json();

const api = (relay: Relay) => ({
  get: async (path: string) => json(await fetch(`${relay.dashboard}/api/v1${path}`)),
  post: async (path: string, body: unknown) =>
    json(
      await fetch(`${relay.dashboard}/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    ),
});

test(
  'dead deliveries are retried and quarantined requests taken by a dashboard of its own',
  async () => {
    const receiver = await startReceiver();
    const prefix = testPrefix();
    const redis = { url: redisUrl(), prefix };
    const endpoints = [{ name: 'one', url: receiver.url, threshold: 1, timeout: '10s' }];
    const sources = [{ name: 'prod', kind: 'harbor' }];
    const folder = await workFolder();
    const settings = { notifications: { endpoints }, redis };
    const file = await writeConfig(folder, { ...settings, sources });
    const buried = await bury(prefix, 'one', 50);
    const relay = await startRelay(file, { roles: ['ingest', 'worker'] });
    const dashboard = await startRelay(file, { roles: ['dashboard'] });
    const { get, post } = api(dashboard);

    const { id, state } = await post('/dead/retry', { endpoint: 'one', since: '1h', rate: 1_000 });
    expect(state).toBe('running');
    const end = await eventually(
      () => get(`/operations/${id}`),
      (operation) => operation.state !== 'running',
    );
    expect(end).toMatchObject({ state: 'done', done: 50 });
    expect(idsOf(await receiver.received(50)).toSorted()).toEqual(
      buried.map(({ eventId }) => eventId).toSorted(),
    );
    const by = 'the dashboard';
    await relay.waitFor((line) => line.record === 'delivery.replayed' && line.by === by);
    // A request has arrived before its delivery is settled, and is noted in the trail a moment later.
    const ended = ({ state }: { state: string }) => !['waiting', 'active'].includes(state);
    const trail = await eventually(
      () => get(`/trace?q=${buried[0]?.id}`),
      ({ trails: [one] }) =>
        one?.deliveries.every(ended) && one.steps.some(({ step }: { step: string }) => step === 'retried'),
    );
    expect(trail.trails[0].deliveries).toMatchObject([{ endpoint: 'one', state: 'delivered' }]);

    const event = anEvent();
    await relay.post(envelope(event));
    await relay.waitFor('event quarantined');
    expect(await post('/quarantine/retry', { all: true })).toMatchObject({ taken: 0, unreadable: 1 });
    // The dashboard follows the configuration, and so do its sources.
    await writeConfig(folder, {
      ...settings,
      sources: [...sources, { name: 'registry', kind: 'distribution' }],
    });
    await dashboard.waitFor('configuration reloaded');
    expect(await post('/quarantine/retry', { all: true })).toMatchObject({ taken: 1, unreadable: 0 });
    expect((await get('/quarantine')).items).toEqual([]);
    const requests = await receiver.received(51);
    expect(idsOf(requests.slice(50))).toEqual([event.id]);
    await dashboard.waitFor(({ record, enqueued }) => record === 'event.received' && enqueued === 1);
  },
  LONG_MS,
);

test(
  'a retry that is running ends with its process, and the same once more continues',
  async () => {
    const prefix = testPrefix();
    const redis = { url: redisUrl(), prefix };
    const endpoints = [{ name: 'one', url: 'http://127.0.0.1:9/', paused: true }];
    const file = await writeConfig(await workFolder(), { notifications: { endpoints }, redis });
    await bury(prefix, 'one', 100);
    const first = await startRelay(file, { roles: ['dashboard'] });
    const { id, held } = await api(first).post('/dead/retry', { all: true, rate: 10 });
    expect(held).toEqual([{ endpoint: 'one', why: expect.stringContaining('paused in the configuration') }]);
    await eventually(
      () => api(first).get(`/operations/${id}`),
      ({ done }) => done > 0,
    );
    expect((await first.stop()).code).toBe(0);
    const second = await startRelay(file, { roles: ['dashboard'] });
    const { dead, waiting } = await api(second).get('/endpoints/one');
    expect(dead + waiting).toBe(100);
    expect(dead).toBeGreaterThan(0);
    const again = await api(second).post('/dead/retry', { all: true, rate: 10_000 });
    await eventually(
      () => api(second).get(`/operations/${again.id}`),
      ({ state, done }) => state === 'done' && done === dead,
    );
    expect(await api(second).get('/endpoints/one')).toMatchObject({ dead: 0, waiting: 100 });
  },
  LONG_MS,
);

test(
  'wrong passwords and secrets are counted, logged with their address and slowed; the right ones are let in',
  async () => {
    const relay = await startRelay(
      await writeConfig(await workFolder(), {
        redis: { url: redisUrl(), prefix: testPrefix() },
        ingest: { listen: '127.0.0.1:0', auth: { bearer: 's3cret' } },
        dashboard: { listen: '127.0.0.1:0', auth: { basic: { ops: 'hunter2' } } },
      }),
      { roles: ['ingest', 'dashboard'] },
    );
    const basic = (password: string) => `Basic ${Buffer.from(`ops:${password}`).toString('base64')}`;
    const look = async (password: string) =>
      (await fetch(relay.dashboard, { headers: { authorization: basic(password) } })).status;
    const send = async (secret: string) =>
      (await relay.post(envelope(anEvent()), { authorization: `Bearer ${secret}` })).status;
    for (const [guess, wrong, right] of [
      [look, 'hunter3', 'hunter2'],
      [send, 'secret', 's3cret'],
    ] as const) {
      for (let n = 0; n < 10; n++) expect(await guess(wrong)).toBe(401);
      const started = performance.now();
      expect(await guess(wrong)).toBe(401);
      expect(performance.now() - started).toBeGreaterThan(490);
      expect([200, 202]).toContain(await guess(right));
    }
    const metrics = await (await fetch(`${relay.admin}/metrics`)).text();
    for (const listener of ['dashboard', 'ingest']) {
      expect(metrics).toContain(`longshore_signin_failures_total{listener="${listener}"} 11`);
      const lines = relay.records.filter(
        (line) => line.msg === 'sign-in failed' && line.listener === listener,
      );
      expect(lines).toMatchObject([{ client: '127.0.0.1', failures: 1, slowed: false }]);
    }
    expect(relay.stdout).not.toMatch(/hunter|s3cret/);
  },
  LONG_MS,
);
