/** Redis away, hung, full or unsafe: nothing acknowledged is lost, and everything resumes by itself. */
import { randomBytes } from 'node:crypto';
import { connect } from '@longshore/queue';
import { createInspector } from '@longshore/queue/operator';
import { eventually, inTime, startReceiver, startRedis, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import {
  anEvent,
  envelope,
  heldReceiver,
  idsOf,
  type Relay,
  startRelay,
  workFolder,
  writeConfig,
} from './relay.js';

async function relayOn(redis: object, receiverUrl: string, more: object = {}) {
  const endpoints = [{ name: 'one', url: receiverUrl, timeout: '10s', ...more }];
  const file = await writeConfig(await workFolder(), { notifications: { endpoints }, redis });
  return startRelay(file);
}

/** Posts an event until it is taken. When it never is, the failure shows the last answer. */
async function taken(relay: Relay, event: unknown): Promise<void> {
  const answer = async (): Promise<string> => {
    const response = await relay.post(envelope(event));
    return `${response.status} ${await response.text()}`;
  };
  await eventually(answer, (text) => text.startsWith('202'));
}

const ready = async (admin: string): Promise<number> => (await fetch(`${admin}/readyz`)).status;

test('Redis stopped and started under load: what was acknowledged arrives once, nothing else is answered 2xx', async () => {
  const redis = await startRedis({ appendonly: true });
  const receiver = await startReceiver();
  const relay = await relayOn({ url: redis.url, prefix: testPrefix() }, receiver.url);
  const acknowledged: unknown[] = [];
  const refused: number[] = [];
  const post = async (): Promise<void> => {
    const event = anEvent();
    const { status } = await relay.post(envelope(event));
    if (status === 202) acknowledged.push(event.id);
    else refused.push(status);
  };
  for (let n = 0; n < 50; n++) await post();
  await redis.kill();
  for (let n = 0; n < 10; n++) await post();
  expect(new Set(refused)).toEqual(new Set([503]));
  await eventually(
    () => ready(relay.admin),
    (status) => status === 503,
  );
  await redis.restart();
  await eventually(
    () => ready(relay.admin),
    (status) => status === 200,
  );
  await eventually(post, () => acknowledged.length > 50);
  await receiver.received(acknowledged.length);
  expect(idsOf(receiver.requests).sort()).toEqual([...acknowledged].sort());
}, 240_000);

test('enqueued adds up in the metrics after an outage: what Redis stored and what was counted are the same', async () => {
  const redis = await startRedis({ appendonly: true });
  const receiver = await startReceiver();
  const endpoints = ['one', 'two', 'three'].map((name) => ({ name, url: receiver.url, timeout: '10s' }));
  const at = { url: redis.url, prefix: testPrefix() };
  const file = await writeConfig(await workFolder(), { notifications: { endpoints }, redis: at });
  const relay = await startRelay(file, { roles: ['ingest'] });
  const SENDERS = 8;
  const EACH = 30;
  let acknowledged = 0;
  const sender = async (): Promise<void> => {
    for (let n = 0; n < EACH; n++) {
      const event = anEvent();
      const isTaken = async () => (await relay.post(envelope(event))).status === 202;
      await eventually(isTaken);
      acknowledged++;
    }
  };
  const outage = async (): Promise<void> => {
    await eventually(() => acknowledged >= SENDERS * 5);
    await redis.kill();
    await redis.restart();
  };
  await Promise.all([outage(), ...Array.from({ length: SENDERS }, sender)]);
  const client = connect({ url: redis.url }, 'producer', () => {});
  onTestFinished(() => client.disconnect());
  const inspector = createInspector(client, at.prefix);
  const stored = async () => {
    const counts = await Promise.all(endpoints.map(({ name }) => inspector.counts(name)));
    return counts.reduce((sum, { waiting }) => sum + waiting, 0);
  };
  await eventually(stored, (count) => count === SENDERS * EACH * endpoints.length);
  const metrics = await (await fetch(`${relay.admin}/metrics`)).text();
  const counted = metrics.matchAll(/^registry_notifications_events_total\{type="Events".*\} (\d+)$/gm);
  const sum = [...counted].reduce((total, [, count]) => total + Number(count), 0);
  expect(sum).toBe(SENDERS * EACH * endpoints.length);
}, 240_000);

test('what was delivered while Redis went away is not sent again', async () => {
  const redis = await startRedis({ appendonly: true });
  const { receiver, answer } = await heldReceiver();
  const lenient = { timeout: '60s' };
  const relay = await relayOn({ url: redis.url, prefix: testPrefix() }, receiver.url, lenient);
  const events = Array.from({ length: 4 }, () => anEvent());
  for (const event of events) await relay.post(envelope(event));
  await receiver.received(4);
  // The receiver has them and will answer; Redis goes away first, and the locks have run out when it is back.
  const locks = (await redis.cli('KEYS', '*:lock')) as string[];
  expect(locks).toHaveLength(4);
  await redis.cli('DEL', ...locks);
  await redis.kill();
  answer();
  const delivered = () => relay.records.filter(({ outcome }) => outcome === 'delivered').length;
  await eventually(delivered, (count) => count === 4);
  await redis.restart();
  const last = anEvent();
  await taken(relay, last);
  await receiver.received(5);
  const counts = async () => {
    const vars = (await (await fetch(`${relay.admin}/debug/vars`)).json()) as {
      registry: { notifications: { endpoints: [{ Metrics: { Pending: number } }] } };
    };
    return vars.registry.notifications.endpoints[0].Metrics.Pending;
  };
  await eventually(counts, (pending) => pending === 0);
  expect(idsOf(receiver.requests).sort()).toEqual([...events, last].map(({ id }) => id).sort());
}, 240_000);

test('a reload and SIGTERM while Redis is unavailable: the relay ends in time', async () => {
  const redis = await startRedis({ appendonly: true });
  const receiver = await startReceiver();
  const folder = await workFolder();
  const settings = (concurrency: number) => ({
    notifications: { endpoints: [{ name: 'one', url: receiver.url, concurrency }] },
    redis: { url: redis.url, prefix: testPrefix() },
    worker: { grace: '500ms' },
  });
  const relay = await startRelay(await writeConfig(folder, settings(8)));
  await redis.kill();
  await eventually(
    () => ready(relay.admin),
    (status) => status === 503,
  );
  await writeConfig(folder, settings(16));
  await relay.waitFor('configuration reloaded');
  expect((await relay.stop()).code).toBe(0);
}, 240_000);

test('a relay that starts before Redis takes events once it is there', async () => {
  const redis = await startRedis({ appendonly: true });
  await redis.kill();
  const receiver = await startReceiver();
  const relay = await relayOn({ url: redis.url, prefix: testPrefix() }, receiver.url);
  const event = anEvent();
  const early = await relay.post(envelope(event));
  expect([early.status, early.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await ready(relay.admin)).toBe(503);
  const words = relay.records.map(({ msg }) => msg);
  expect([words.includes('serving, Redis unavailable'), words.includes('ready')]).toEqual([true, false]);
  await redis.restart();
  await taken(relay, event);
  await receiver.received(1);
  await relay.waitFor('ready');
}, 240_000);

test('SIGTERM while Redis was never reached and nothing is in flight: it ends at once', async () => {
  const endpoints = [{ name: 'one', url: 'http://127.0.0.1:9/' }];
  const settings = {
    notifications: { endpoints },
    redis: { url: 'redis://127.0.0.1:1' },
    // Waited for in full, the test would time out.
    worker: { grace: '10m' },
  };
  const relay = await startRelay(await writeConfig(await workFolder(), settings));
  expect((await relay.stop()).code).toBe(0);
  const stopping = relay.records.find(({ msg }) => msg === 'stopping');
  expect(stopping?.hint).toMatch(/second signal/);
  expect(relay.records.at(-1)?.msg).toBe('stopped');
}, 240_000);

test('a Redis user without INFO: the relay answers, says what to grant, and works once it is granted', async () => {
  const redis = await startRedis();
  const user = (...rules: string[]) => redis.cli('ACL', 'SETUSER', 'app', ...rules);
  await user('on', '>pw', '~*', '&*', '+@all', '-@admin', '-@dangerous');
  const receiver = await startReceiver();
  const url = redis.url.replace('redis://', 'redis://app:pw@');
  const relay = await relayOn({ url, prefix: testPrefix() }, receiver.url);
  const grant = 'this Redis user may not use INFO; grant it: ACL SETUSER app +info';
  expect((await fetch(`${relay.admin}/healthz`)).status).toBe(200);
  const refused = await fetch(`${relay.admin}/readyz`);
  expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining(grant)]);
  const event = anEvent();
  const answer = await relay.post(envelope(event));
  // The sender reads why; the name of the user is the operator's.
  const why = expect.stringContaining('this Redis user may not use INFO; send the same request again');
  expect([answer.status, await answer.text()]).toEqual([503, why]);
  expect(relay.stdout).toContain(grant);
  await user('+info');
  await relay.waitFor('ready');
  await taken(relay, event);
  await receiver.received(1);
  expect((await relay.stop()).code).toBe(0);
}, 240_000);

test('a Redis that fills up is answered with 503 before it is full, and workers drain it', async () => {
  const redis = await startRedis({ maxmemory: '24mb' });
  const receiver = await startReceiver();
  await receiver.stop();
  const relay = await relayOn({ url: redis.url, prefix: testPrefix() }, receiver.url, {
    threshold: 1_000,
    backoff: '200ms',
    maxbackoff: '200ms',
  });
  // Random, since what is stored is compressed.
  const ballast = { 'org.example.text': randomBytes(75_000).toString('base64') };
  const acknowledged: unknown[] = [];
  for (;;) {
    const event = anEvent({ target: { annotations: ballast } });
    const { status } = await relay.post(envelope(event));
    if (status !== 202) {
      expect(status).toBe(503);
      break;
    }
    acknowledged.push(event.id);
  }
  expect(acknowledged.length).toBeGreaterThan(20);
  await receiver.start();
  await receiver.received(acknowledged.length);
  expect(new Set(idsOf(receiver.requests))).toEqual(new Set(acknowledged));
  await eventually(async () => (await relay.post(envelope(anEvent()))).status === 202, undefined, {
    timeout: 60_000,
  });
}, 240_000);

test('a Redis that hangs is answered with 503 within five seconds, and events arrive when it resumes', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.resume());
  const receiver = await startReceiver();
  const relay = await relayOn({ url: redis.url, prefix: testPrefix() }, receiver.url);
  const event = anEvent();
  const home = async (): Promise<number> => (await fetch(`${relay.dashboard}/`)).status;
  await eventually(home, (status) => status === 200);
  redis.pause();
  const [answer, page] = await inTime(
    Promise.all([relay.post(envelope(event)), fetch(relay.dashboard)]),
    5_000,
  );
  expect([answer.status, page.status]).toEqual([503, 503]);
  expect(await page.text()).toContain('Redis');
  redis.resume();
  await eventually(home, (status) => status === 200);
  await taken(relay, event);
  await receiver.received(1);
}, 240_000);
