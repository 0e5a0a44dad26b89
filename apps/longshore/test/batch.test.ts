/** Several events in one request, from the configuration to the receiver. */
import { eventually, type ReceivedRequest, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { describe, expect, test, vi } from 'vitest';
import { attemptsOf, relayTo } from './control.js';
import { anEvent, envelope, idsOf, startRelay, startRelayProcess, workFolder, writeConfig } from './relay.js';

vi.setConfig({ testTimeout: 120_000 });

const AT_LAST = { timeout: 60_000 };
const LATER = '1h';

const events = (count: number) => Array.from({ length: count }, (_, n) => anEvent({ id: `event-${n}` }));
const ids = (count: number): string[] => events(count).map(({ id }) => String(id));
const sizeOf = (request: ReceivedRequest): number => idsOf([request]).length;

/** Requests that a receiver has accepted, as `answer` says. */
const accepted = (requests: readonly ReceivedRequest[], isGood: (request: ReceivedRequest) => boolean) =>
  idsOf(requests.filter(isGood));

test('1,000 events that come little by little make 10 requests', async () => {
  const receiver = await startReceiver();
  const relay = await relayTo([{ name: 'one', url: receiver.url, batch: { events: 100, wait: LATER } }]);
  const all = events(1_000);
  for (let from = 0; from < all.length; from += 8) await relay.post(envelope(...all.slice(from, from + 8)));
  const requests = await receiver.received(10, AT_LAST);
  await eventually(() => idsOf(receiver.requests).length === 1_000, undefined, AT_LAST);
  expect(requests.map(sizeOf)).toEqual(Array(10).fill(100));
  expect(idsOf(requests).sort()).toEqual(ids(1_000).sort());
  expect(new Set(requests.map(({ headers }) => headers['x-longshore-batch']))).toEqual(new Set(['100']));
  await eventually(() => attemptsOf(relay, 'one').length === 1_000, undefined, AT_LAST);
  expect(attemptsOf(relay, 'one')[0]).toMatchObject({ outcome: 'delivered', attempt: 1, batch: 100 });
});

describe('a request that the receiver does not accept', () => {
  const settings = { batch: { events: 100, wait: LATER }, backoff: '20ms', maxbackoff: '50ms' };

  test('a poison event among 100 is dead-lettered alone after its threshold, and 99 are delivered', async () => {
    const hasPoison = (request: ReceivedRequest): boolean => request.body.includes('"event-42"');
    const receiver = await startReceiver((request) => ({ status: hasPoison(request) ? 500 : 200 }));
    const relay = await relayTo([{ name: 'one', url: receiver.url, threshold: 3, ...settings }]);
    await relay.post(envelope(...events(100)));
    const dead = await relay.waitFor(({ record }) => record === 'delivery.settled', AT_LAST);
    expect(dead).toMatchObject({ eventId: 'event-42', outcome: 'dead', attempts: 3, reason: 'http_500' });
    const good = () => accepted(receiver.requests, (request) => !hasPoison(request));
    await eventually(() => good().length === 99, undefined, AT_LAST);
    expect(good().sort()).toEqual(
      ids(100)
        .filter((id) => id !== 'event-42')
        .sort(),
    );
    const bad = receiver.requests.filter(hasPoison).map(sizeOf);
    expect(bad.slice(0, 3)).toEqual([100, 100, 50]);
    expect(bad.filter((size) => size === 1)).toHaveLength(1);
    // One alone is an ordinary request.
    const alone = receiver.requests.find((request) => hasPoison(request) && sizeOf(request) === 1);
    expect(alone?.headers).toMatchObject({ 'idempotency-key': alone?.headers['x-longshore-delivery'] });
    expect(alone?.headers).not.toHaveProperty('x-longshore-batch');
    const settled = relay.records.filter(({ record }) => record === 'delivery.settled');
    expect(settled).toHaveLength(1);
  });

  test('a receiver that takes no more than 7 events at once gets all of them', async () => {
    const isGood = (request: ReceivedRequest): boolean => sizeOf(request) <= 7;
    const receiver = await startReceiver((request) => ({ status: isGood(request) ? 200 : 413 }));
    const relay = await relayTo([{ name: 'one', url: receiver.url, threshold: 2, ...settings }]);
    await relay.post(envelope(...events(100)));
    const good = () => accepted(receiver.requests, isGood);
    await eventually(() => good().length === 100, undefined, AT_LAST);
    expect(good().sort()).toEqual(ids(100).sort());
    expect(relay.records.filter(({ record }) => record === 'delivery.settled')).toEqual([]);
  });

  test('410 ends all of its events', async () => {
    const receiver = await startReceiver({ status: 410 });
    const relay = await relayTo([{ name: 'one', url: receiver.url, ...settings }]);
    await relay.post(envelope(...events(100)));
    const settled = () => relay.records.filter(({ record }) => record === 'delivery.settled');
    await eventually(() => settled().length === 100, undefined, AT_LAST);
    expect(receiver.requests).toHaveLength(1);
  });
});

test('what the rules of the worker ignore leaves the batch', async () => {
  const receiver = await startReceiver();
  const folder = await workFolder();
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const endpoint = { name: 'one', url: receiver.url, batch: { events: 10, wait: '50ms' } };
  const settings = (more: object) => ({
    notifications: { endpoints: [{ ...endpoint, ...more }] },
    redis,
    log: { level: 'debug' },
  });
  const ingest = await startRelay(await writeConfig(folder, settings({})), { roles: ['ingest'] });
  const all = events(10).map((event, n) => (n % 3 === 0 ? { ...event, action: 'pull' } : event));
  await ingest.post(envelope(...all));
  const file = await writeConfig(await workFolder(), settings({ ignore: { actions: ['pull'] } }));
  const worker = await startRelay(file, { roles: ['worker'] });
  const [request] = await receiver.received(1, AT_LAST);
  expect(request && idsOf([request])).toEqual(ids(10).filter((_, n) => n % 3 !== 0));
  expect(request?.headers['x-longshore-batch']).toBe('6');
  const ignored = () => worker.records.filter(({ record }) => record === 'delivery.ignored');
  await eventually(() => ignored().length === 4, undefined, AT_LAST);
});

test('order: endpoint keeps the order over failures and a killed worker, one request at a time', async () => {
  let active = 0;
  let most = 0;
  const got: string[] = [];
  const receiver = await startReceiver(async (request, n) => {
    most = Math.max(most, ++active);
    await new Promise((resolve) => setTimeout(resolve, 5));
    active--;
    if (n === 3) return 'hang';
    if (n % 4 === 0) return { status: 500 };
    got.push(...idsOf([request]));
    return { status: 200 };
  });
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const endpoint = {
    ...{ name: 'one', url: receiver.url, order: 'endpoint', timeout: '60s' },
    ...{ batch: { events: 10, wait: '10ms' }, backoff: '20ms', maxbackoff: '50ms', threshold: 100 },
  };
  const file = await writeConfig(await workFolder(), { notifications: { endpoints: [endpoint] }, redis });
  const ingest = await startRelay(file, { roles: ['ingest'] });
  for (const event of events(100)) await ingest.post(envelope(event));
  const first = await startRelayProcess(file, { roles: ['worker'] });
  await receiver.received(3, AT_LAST);
  await first.crash();
  await Promise.all([startRelay(file, { roles: ['worker'] }), startRelay(file, { roles: ['worker'] })]);
  await eventually(() => got.length >= 100, undefined, AT_LAST);
  expect(got).toEqual(ids(100));
  expect(most).toBe(1);
});

describe('a receiver that is down', () => {
  const hold = { after: 3, probe: '50ms', maxprobe: '100ms' };

  test('three failed requests hold the endpoint, whatever they hold, and a probe is one event', async () => {
    let isDown = true;
    const receiver = await startReceiver(() => ({ status: isDown ? 503 : 200 }));
    const [settings, retries] = [
      { batch: { events: 10, wait: '10ms' }, concurrency: 1 },
      { backoff: '1h', threshold: 2 },
    ];
    const relay = await relayTo([{ name: 'one', url: receiver.url, hold, ...settings, ...retries }]);
    await relay.post(envelope(...events(50)));
    await relay.waitFor(({ record }) => record === 'endpoint.held', AT_LAST);
    const probed = receiver.requests.length + 2;
    await receiver.received(probed, AT_LAST);
    const sizes = receiver.requests.map(sizeOf);
    expect(sizes.slice(0, 3)).toEqual([10, 10, 10]);
    expect(new Set(sizes.slice(3))).toEqual(new Set([1]));
    isDown = false;
    const good = () => attemptsOf(relay, 'one').filter(({ outcome }) => outcome === 'delivered');
    await eventually(() => good().length === 20, undefined, AT_LAST);
    expect(new Set(good().map(({ attempt }) => attempt))).toEqual(new Set([1]));
    expect(relay.records.filter(({ record }) => record === 'delivery.settled')).toEqual([]);
  });

  test('with order: endpoint nothing dies of an outage, and the order is kept', async () => {
    let isDown = true;
    const got: string[] = [];
    const receiver = await startReceiver((request) => {
      if (isDown) return { status: 503 };
      got.push(...idsOf([request]));
      return { status: 200 };
    });
    const settings = { order: 'endpoint', batch: { events: 10, wait: '10ms' } };
    const retries = { backoff: '10ms', maxbackoff: '50ms', threshold: 2 };
    const relay = await relayTo([{ name: 'one', url: receiver.url, hold, ...settings, ...retries }]);
    await relay.post(envelope(...events(50)));
    await receiver.received(12, AT_LAST);
    isDown = false;
    await eventually(() => got.length >= 50, undefined, AT_LAST);
    expect(got).toEqual(ids(50));
    expect(relay.records.filter(({ record }) => record === 'delivery.settled')).toEqual([]);
  });
});
