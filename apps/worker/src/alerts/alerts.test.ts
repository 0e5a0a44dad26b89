/** Alerts over a real Redis, with real receivers. */
import { type Config, Secret } from '@longshore/config';
import {
  connect,
  createAlertStore,
  createLeader,
  createPulse,
  type NotedAttempt,
  type RetryPolicy,
} from '@longshore/queue';
import { createPulseReader } from '@longshore/queue/operator';
import { eventually, type Receiver, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { aReceiver } from '../testing/alerts.js';
import { observed } from '../testing/parts.js';
import { startAlerts } from './alerts.js';

interface Body {
  alert: string;
  endpoint?: string;
  state: string;
  summary: string;
  text: string;
}

const bodies = ({ requests }: Receiver) => requests.map((request) => request.json<Body>());
const said = (receiver: Receiver) =>
  bodies(receiver).map(({ alert, endpoint, state }) => [alert, endpoint, state].filter(Boolean).join(' '));

/** Told at once, and within milliseconds again if it is not taken. */
const soon = (receiver: Receiver, more: Parameters<typeof aReceiver>[0] = {}) =>
  aReceiver({ url: new Secret(`${receiver.url}/alerts`), after: 1, timeout: 20_000, ...more });

const RETRY: RetryPolicy = { threshold: 3, backoff: 10, maxbackoff: 10, schedule: [] };
const FAILED: NotedAttempt = { delivered: false, attempt: 1, status: 503, reason: 'http_503' };

/** A relay with endpoints of these names, as far as alerts look at it. */
async function aRelay(...names: string[]) {
  const prefix = testPrefix();
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  await new Promise((resolve) => client.once('ready', resolve));
  const pulse = createPulse(client, prefix);
  const endpoints = names.map((name) => ({ name, disabled: false, paused: false }));
  let config = { notifications: { endpoints }, alerts: [] } as unknown as Config;
  let quarantined = 0;
  const running: { close(): Promise<void> }[] = [];
  onTestFinished(async () => {
    await Promise.all(running.map((one) => one.close()));
    await pulse.close();
    client.disconnect();
  });
  return {
    client,
    prefix,
    /** One more worker process that looks after alerts. */
    start(alerts: Config['alerts']) {
      config = { ...config, alerts };
      const { observer, lines } = observed();
      const leader = createLeader(client, prefix, { attemptIntervalMs: 10 });
      running.push(leader);
      const started = startAlerts({
        config: () => config,
        pulses: createPulseReader(client, prefix),
        quarantine: { count: async () => quarantined },
        monitor: { health: { up: true, memory: 0, full: false, room: 1, limit: 1, warnings: [] } },
        store: createAlertStore(client, prefix, leader),
        ...{ observer, version: '0', every: 5, retry: RETRY },
      });
      const close = async (): Promise<void> => {
        await started.close();
        await leader.close();
      };
      running.push({ close });
      return { ...started, close, lines };
    },
    change(to: Partial<Config['notifications']>, alerts = config.alerts) {
      config = { ...config, alerts, notifications: { ...config.notifications, ...to } };
    },
    quarantine(count: number) {
      quarantined = count;
    },
    attempt(endpoint: string, attempt: NotedAttempt) {
      pulse.note(endpoint, attempt);
      return pulse.flush();
    },
    /** A delivery that waits for its next attempt. */
    leave: (endpoint: string) => client.zadd(`${prefix}:{${endpoint}}:delayed`, 1, 'x'),
  };
}

test('a failing endpoint is reported once, by one of several workers, and once when it delivers again', async () => {
  const relay = await aRelay('one', 'two');
  const [oncall, chat] = [await startReceiver(), await startReceiver()];
  const alerts = [soon(oncall), soon(chat, { name: 'chat', format: 'slack' })];
  const workers = [relay.start(alerts), relay.start(alerts), relay.start(alerts)];
  await relay.leave('one');
  await relay.attempt('one', FAILED);
  await Promise.all([oncall.received(1), chat.received(1)]);
  // A second condition is told after the first one was not told again.
  relay.quarantine(1);
  await Promise.all([oncall.received(2), chat.received(2)]);
  await relay.attempt('one', { delivered: true });
  await Promise.all([oncall.received(3), chat.received(3)]);
  expect(said(oncall)).toEqual(['failing one firing', 'quarantine firing', 'failing one resolved']);
  expect(bodies(chat).map(({ text }) => text.split('\n')[0])).toEqual([
    expect.stringMatching(/^:rotating_light: \*Longshore:\* one has failed for /),
    expect.stringContaining('1 in quarantine'),
    ':white_check_mark: *Longshore, resolved:* one delivers again',
  ]);
  const records = await eventually(
    () => workers.flatMap(({ lines }) => lines).filter(({ record }) => record === 'alert.sent'),
    ({ length }) => length === 6,
  );
  expect(records).toContainEqual(
    expect.objectContaining({
      alert: 'failing',
      receiver: 'oncall',
      endpoint: 'one',
      state: 'firing',
      attempts: 1,
    }),
  );
});

test('a message is JSON, with an id and our name', async () => {
  const relay = await aRelay();
  const oncall = await startReceiver();
  relay.quarantine(1);
  relay.start([soon(oncall, { headers: { Authorization: [new Secret('Bearer abc')] } })]);
  const [request] = await oncall.received(1);
  expect([request?.method, request?.url]).toEqual(['POST', '/alerts']);
  expect(request?.headers).toMatchObject({
    'content-type': 'application/json',
    'user-agent': 'longshore/0',
    'idempotency-key': expect.stringMatching(/^[\da-f-]{36}$/),
    authorization: 'Bearer abc',
  });
});

test('after a restart no alert is repeated', async () => {
  const relay = await aRelay('one');
  const oncall = await startReceiver();
  await relay.leave('one');
  await relay.attempt('one', FAILED);
  const before = relay.start([soon(oncall)]);
  await oncall.received(1);
  await eventually(() => before.lines.length > 0);
  await before.close();
  relay.start([soon(oncall)]);
  relay.quarantine(1);
  await oncall.received(2);
  expect(said(oncall)).toEqual(['failing one firing', 'quarantine firing']);
});

test('a receiver that fails gets the same message again', async () => {
  const relay = await aRelay();
  const oncall = await startReceiver((_, n) => (n < 3 ? { status: 500 } : {}));
  relay.quarantine(1);
  const { lines } = relay.start([soon(oncall)]);
  await eventually(() => lines.some(({ record }) => record === 'alert.sent'));
  const keys = oncall.requests.map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(oncall.requests.map(({ headers }) => headers['x-longshore-attempt'])).toEqual(['1', '2', '3']);
  expect(lines.map(({ record, level, reason, attempts }) => [record, level, reason ?? attempts])).toEqual([
    ['alert.failed', 'warn', 'http_500'],
    ['alert.failed', 'warn', 'http_500'],
    ['alert.sent', 'warn', 3],
  ]);
});

/** For `timeout`: until an attempt ends that nobody answers. It has arrived by then, also on a busy machine. */
const A_WHILE = 1_000;

test.each<[what: string, reply: Parameters<typeof startReceiver>[0], reason: string, timeout?: number]>([
  ['redirects', { status: 302, headers: { location: '/login' } }, 'http_302'],
  ['never answers', 'hang', 'timeout', A_WHILE],
  ['breaks the connection', 'reset', 'reset'],
])(
  'a receiver that %s is given up, with a record and no alert about it',
  async (_, reply, reason, timeout) => {
    const relay = await aRelay();
    const oncall = await startReceiver(reply);
    relay.quarantine(1);
    const { lines } = relay.start([soon(oncall, timeout === undefined ? {} : { timeout })]);
    await eventually(() => lines.some(({ level }) => level === 'error'));
    expect(lines.map(({ record, level }) => [record, level])).toEqual([
      ['alert.failed', 'warn'],
      ['alert.failed', 'warn'],
      ['alert.failed', 'error'],
    ]);
    expect(lines[2]).toMatchObject({ receiver: 'oncall', attempt: 3, reason });
    expect(oncall.requests).toHaveLength(3);
  },
);

test('one receiver that hangs holds up no other', async () => {
  const relay = await aRelay();
  const [stuck, oncall] = [await startReceiver('hang'), await startReceiver()];
  relay.quarantine(1);
  relay.start([soon(stuck, { name: 'stuck', timeout: 60_000 }), soon(oncall)]);
  await Promise.all([stuck.received(1), oncall.received(1)]);
});

test('an endpoint that leaves the configuration is resolved; a receiver that leaves is forgotten', async () => {
  const relay = await aRelay('one', 'two');
  const [oncall, other] = [await startReceiver(), await startReceiver()];
  await relay.leave('one');
  await relay.attempt('one', FAILED);
  relay.start([soon(oncall), soon(other, { name: 'other' })]);
  await Promise.all([oncall.received(1), other.received(1)]);
  relay.change({ endpoints: [] }, [soon(oncall)]);
  await oncall.received(2);
  expect(bodies(oncall)[1]).toMatchObject({
    ...{ alert: 'failing', endpoint: 'one', state: 'resolved' },
    summary: 'one is no longer watched: the configuration has changed',
  });
  const store = createAlertStore(relay.client, relay.prefix, { token: '', confirm: async () => false });
  await eventually(
    async () => [...(await store.read()).keys()],
    (keys) => keys.length === 1 && keys[0] === 'oncall\nfailing one',
  );
  expect(other.requests).toHaveLength(1);
});

test('a receiver whose secret is missing is refused before anything is changed', async () => {
  const relay = await aRelay();
  const { check } = relay.start([]);
  const alerts = [aReceiver({ url: new Secret('env:NOT_THERE', {}) })];
  const refused = expect.objectContaining({ code: 'SECRET_MISSING' });
  expect(() => check({ alerts } as Config)).toThrow(refused);
  expect(() => relay.start(alerts)).toThrow(refused);
});
