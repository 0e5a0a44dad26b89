/** Alerts over a real Redis: the worker that checks, the queue, the workers that deliver, and real receivers. */
import { alertEndpointName, type Config, Secret } from '@longshore/config';
import { connect } from '@longshore/queue';
import type { RetryPolicy } from '@longshore/queue/consumer';
import { createDeliveries } from '@longshore/queue/deliveries';
import { createAlertStore, createLeader } from '@longshore/queue/housekeeping';
import { createInspector, createPauses } from '@longshore/queue/operator';
import { createPulse, createPulseReader, type NotedAttempt } from '@longshore/queue/pulse';
import { eventually, type Receiver, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createOwnPublish } from '../own-publish.js';
import { aReceiver } from '../testing/alerts.js';
import { observed } from '../testing/parts.js';
import { createWorker } from '../worker.js';
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

/** Notified at once, and within milliseconds again if it does not take it. */
const soon = (receiver: Receiver, more: Parameters<typeof aReceiver>[0] = {}) =>
  aReceiver({ url: new Secret(`${receiver.url}/alerts`), after: 1, timeout: 20_000, ...more });

const RETRY: RetryPolicy = { threshold: 3, backoff: 10, maxbackoff: 10, schedule: [] };
/** Of a store that only reads. */
const READER = { token: '', confirm: async () => false };
const FAILED: NotedAttempt = { delivered: false, attempt: 1, status: 503, reason: 'http_503' };

/** A relay with endpoints of these names, as far as alerts need it. */
async function aRelay(...names: string[]) {
  const prefix = testPrefix();
  const connected = (profile: 'producer' | 'consumer') => connect({ url: redisUrl() }, profile, () => {});
  const [client, consumer] = [connected('producer'), connected('consumer')];
  await eventually(() => client.status === 'ready');
  const pulse = createPulse(client, prefix);
  const inspector = createInspector(client, prefix);
  const pauses = createPauses(client, prefix, inspector);
  const endpoints = names.map((name) => ({ name, disabled: false, paused: false }));
  const retention = { delivered: { age: 3_600_000, count: 1_000 } };
  let config = {
    ...{ notifications: { endpoints }, alerts: [], redis: { prefix }, retention },
    worker: { grace: 5_000 },
  } as unknown as Config;
  let quarantined = 0;
  const running: { close(): Promise<void> }[] = [];
  onTestFinished(async () => {
    await Promise.all(running.map((one) => one.close()));
    await Promise.all([pulse.close(), pauses.close(), inspector.close()]);
    client.disconnect();
    consumer.disconnect();
  });
  /** Alerts alone: the workers of the endpoints are not part of these tests. */
  const ofAlerts = () => ({ ...config, notifications: { ...config.notifications, endpoints: [] } });
  return {
    client,
    prefix,
    inspector,
    pauses,
    /** One more worker process that checks and delivers. */
    start(alerts: Config['alerts'], alertRetry = RETRY) {
      config = { ...config, alerts };
      const { observer, lines } = observed();
      const leader = createLeader(client, prefix, { attemptIntervalMs: 10 });
      const store = createAlertStore(client, prefix, leader);
      const trail = { note() {} };
      const own = createOwnPublish({ client, prefix, observer, trail });
      const parts = { observer, trail, pulse, publish: own.publish, alerts: store, version: '0' };
      const worker = createWorker({ client: consumer, ...parts, alertRetry });
      worker.prepare(ofAlerts())();
      const started = startAlerts({
        ...{ config: () => config, observer, store, publish: own.publish, interval: 5 },
        pulses: createPulseReader(client, prefix),
        quarantine: { count: async () => quarantined },
        deliveries: createDeliveries(client, prefix, inspector),
        monitor: { health: { up: true, memory: 0, full: false, room: 1, limit: 1, warnings: [] } },
      });
      const close = async () => {
        await Promise.all([started.close(), worker.close()]);
        await Promise.all([own.close(), leader.close()]);
      };
      running.push({ close });
      return { close, lines, records: () => lines.filter(({ record }) => /^alert/.test(String(record))) };
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
    /** What is remembered, once it fits. */
    remembered: (fits: (states: ReadonlyMap<string, object>) => boolean) =>
      eventually(() => createAlertStore(client, prefix, READER).read(), fits),
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
  // A second condition is sent after the first one was not sent again.
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
    'idempotency-key': expect.stringMatching(/^[\da-f]{32}$/),
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
  await eventually(() => before.records().length > 0);
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
  const { lines, records } = relay.start([soon(oncall)]);
  await eventually(() => records().some(({ record }) => record === 'alert.sent'));
  const keys = oncall.requests.map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(oncall.requests.map(({ headers }) => headers['x-longshore-attempt'])).toEqual(['1', '2', '3']);
  expect(records().map(({ record, level, reason, attempts }) => [record, level, reason ?? attempts])).toEqual(
    [
      ['alert.failed', 'warn', 'http_500'],
      ['alert.failed', 'warn', 'http_500'],
      ['alert.sent', 'warn', 3],
    ],
  );
  // It is a delivery like any other, of an event that was published like any other.
  const of = (name: string) => lines.filter(({ record }) => record === name);
  expect(of('event.received')).toMatchObject([{ source: 'longshore', accepted: 1, enqueued: 1 }]);
  expect(of('delivery.attempted')).toMatchObject([
    { endpoint: 'alerts/oncall', outcome: 'retry' },
    { outcome: 'retry' },
    { outcome: 'delivered' },
  ]);
});

/** For `timeout`: until an attempt without an answer ends. It has arrived by then, also on a busy machine. */
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
    const { records } = relay.start([soon(oncall, timeout === undefined ? {} : { timeout })]);
    await eventually(() => records().some(({ level }) => level === 'error'));
    expect(records().map(({ record, level }) => [record, level])).toEqual([
      ['alert.failed', 'warn'],
      ['alert.failed', 'warn'],
      ['alert.failed', 'error'],
    ]);
    expect(records()[2]).toMatchObject({ receiver: 'oncall', attempt: 3, reason });
    expect(oncall.requests).toHaveLength(3);
    // It is in the dead-letter set, and the condition waits for its next window.
    const counts = () => relay.inspector.counts('alerts/oncall');
    await eventually(counts, ({ dead }) => dead === 1);
    await relay.remembered((states) => {
      const [state] = states.values();
      return state !== undefined && 'notifiedAt' in state && !('pending' in state);
    });
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
  await relay.remembered((states) => [...states.keys()].join() === 'oncall\nfailing one');
  expect(other.requests).toHaveLength(1);
});

test('a message that is out of date is not delivered, and its end is not either', async () => {
  const relay = await aRelay('one');
  const oncall = await startReceiver();
  const { lines } = relay.start([soon(oncall)]);
  await relay.pauses.pause(alertEndpointName('oncall'), { by: 'test' });
  await relay.leave('one');
  await relay.attempt('one', FAILED);
  const waiting = () => relay.inspector.counts('alerts/oncall');
  await eventually(waiting, (counts) => counts.waiting === 1);
  await relay.attempt('one', { delivered: true });
  await relay.remembered((states) => JSON.stringify([...states.values()]).includes('"outdated":true'));
  await relay.pauses.resume(alertEndpointName('oncall'));
  await relay.remembered((states) => states.size === 0);
  expect(oncall.requests).toEqual([]);
  const ignored = lines.filter(({ record }) => record === 'delivery.ignored');
  expect(ignored).toMatchObject([{ endpoint: 'alerts/oncall', rule: 'out_of_date' }]);
  // The next time it fails is new.
  await relay.attempt('one', FAILED);
  await oncall.received(1);
  expect(said(oncall)).toEqual(['failing one firing']);
});

test('a message that a slow receiver may have got is resolved, also after a restart', async () => {
  const relay = await aRelay('one');
  const oncall = await startReceiver((request) =>
    request.json<Body>().state === 'firing' ? 'hang' : { status: 200 },
  );
  const alerts = [soon(oncall, { timeout: A_WHILE })];
  // Never dead-lettered: only the end of the condition ends it.
  const always = { ...RETRY, threshold: 1_000 };
  await relay.leave('one');
  await relay.attempt('one', FAILED);
  const before = relay.start(alerts, always);
  await eventually(() => before.records().some(({ reason }) => reason === 'timeout'));
  await before.close();
  await relay.attempt('one', { delivered: true });
  const { lines, records } = relay.start(alerts, always);
  await eventually(() => records().some(({ record }) => record === 'alert.sent'));
  expect(lines.find(({ record }) => record === 'delivery.ignored')).toMatchObject({ rule: 'out_of_date' });
  expect(said(oncall).at(-1)).toBe('failing one resolved');
  await relay.remembered((states) => states.size === 0);
});

test('a message that was delivered is resolved, also when the worker crashed before it saved that', async () => {
  const relay = await aRelay('one');
  const oncall = await startReceiver();
  await relay.leave('one');
  await relay.attempt('one', FAILED);
  const before = relay.start([soon(oncall)]);
  await relay.remembered((states) => JSON.stringify([...states.values()]).includes('"notified":"firing"'));
  const received = await eventually(() => before.lines.find(({ record }) => record === 'event.received'));
  await before.close();
  const leader = createLeader(relay.client, relay.prefix, { attemptIntervalMs: 10 });
  const store = createAlertStore(relay.client, relay.prefix, leader);
  await eventually(() => store.claim());
  const [event] = z.array(z.object({ id: z.string() })).parse(received?.events);
  const pending = { id: event?.id, state: 'firing' };
  const state = { since: 1, notified: 'nothing', pending, alert: 'failing', endpoint: 'one' };
  await store.save(new Map([['oncall\nfailing one', state]]));
  await leader.close();
  await relay.attempt('one', { delivered: true });
  relay.start([soon(oncall)]);
  await oncall.received(2);
  expect(said(oncall)).toEqual(['failing one firing', 'failing one resolved']);
});

test('a message that was saved and perhaps not published is published by the next worker, with its id', async () => {
  const relay = await aRelay();
  const oncall = await startReceiver();
  const leader = createLeader(relay.client, relay.prefix, { attemptIntervalMs: 10 });
  const store = createAlertStore(relay.client, relay.prefix, leader);
  await eventually(() => store.claim());
  const pending = { id: 'saved-before-the-crash', state: 'firing' };
  const state = { since: 1, notified: 'nothing', pending, alert: 'quarantine' };
  await store.save(new Map([['oncall\nquarantine', state]]));
  await leader.close();
  relay.quarantine(1);
  const { lines } = relay.start([soon(oncall)]);
  await oncall.received(1);
  const received = await eventually(() => lines.find(({ record }) => record === 'event.received'));
  expect(received).toMatchObject({ events: [{ id: 'saved-before-the-crash' }] });
  await relay.remembered((states) => JSON.stringify([...states.values()]).includes('"notified":"firing"'));
  expect(oncall.requests).toHaveLength(1);
});

test('a receiver whose secret is missing is refused before anything is changed', async () => {
  const relay = await aRelay();
  const alerts = [aReceiver({ url: new Secret('env:NOT_THERE', {}) })];
  expect(() => relay.start(alerts)).toThrow(expect.objectContaining({ code: 'SECRET_MISSING' }));
});
