/** A receiver that is down costs no event: the hold of its endpoint, with workers as processes. */
import { connect } from '@longshore/queue';
import { createHoldReader } from '@longshore/queue/hold';
import { createInspector } from '@longshore/queue/operator';
import { eventually, type Receiver, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AT_LAST } from './control.js';
import { command } from './operator.js';
import {
  anEvent,
  envelope,
  idsOf,
  type Relay,
  type Settings,
  startRelay,
  startRelayProcess,
  workFolder,
  writeConfig,
} from './relay.js';

vi.setConfig({ testTimeout: 120_000 });

/** No probe within a test, unless it is asked for. */
const NEVER = { after: 1, probe: '1h', maxprobe: '1h' };

/** A place for a relay with one endpoint, `one`. */
async function aPlace(endpoint: Settings) {
  const [folder, redis] = [await workFolder(), { url: redisUrl(), prefix: testPrefix() }];
  const write = (change: Settings = {}) =>
    writeConfig(folder, { redis, notifications: { endpoints: [{ name: 'one', ...endpoint, ...change }] } });
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  await new Promise((resolve) => client.once('ready', resolve));
  onTestFinished(() => client.disconnect());
  const [inspector, holds] = [createInspector(client, redis.prefix), createHoldReader(client, redis.prefix)];
  const held = async () => (await holds.get(['one'])).get('one');
  return {
    write,
    file: await write(),
    held,
    counts: () => inspector.counts('one'),
    untilHeld: () => eventually(held, (hold) => hold?.state === 'held', AT_LAST),
  };
}

async function post(relay: Pick<Relay, 'post'>, count: number, target: object = {}): Promise<string[]> {
  const events = Array.from({ length: count }, () => anEvent({ target }));
  for (let n = 0; n < count; n += 50) {
    expect((await relay.post(envelope(...events.slice(n, n + 50)))).status).toBe(202);
  }
  return events.map(({ id }) => String(id));
}

const named = (relays: readonly Pick<Relay, 'records'>[], record: string) =>
  relays.flatMap(({ records }) => records.filter((each) => each.record === record));

const delivered = ({ requests }: Receiver, ids: readonly string[]) =>
  eventually(
    () => new Set(idsOf(requests)),
    (seen) => ids.every((id) => seen.has(id)),
    { timeout: 60_000, what: 'all events at the receiver' },
  );

test('an outage costs no event: none is dead in the end, and few requests are made meanwhile', async () => {
  const receiver = await startReceiver();
  const hold = { after: 3, probe: '100ms', maxprobe: '400ms' };
  const place = await aPlace({
    url: receiver.url,
    threshold: 3,
    backoff: '100ms',
    maxbackoff: '200ms',
    hold,
  });
  const workers = [1, 2].map(() => startRelayProcess(place.file, { roles: ['worker'] }));
  const relay = await startRelay(place.file, { roles: ['ingest', 'dashboard'] });
  const all = await Promise.all(workers);
  await receiver.stop();
  const ids = await post(relay, 200);
  const attempts = () => named(all, 'delivery.attempted');
  // Those that were in flight when it went down have died of it, and probes are made.
  await eventually(
    () => [named(all, 'delivery.settled').length, attempts().length] as const,
    ([dead, made]) => dead > 0 && made > 3 * dead + 8,
    AT_LAST,
  );
  expect(named(all, 'endpoint.held')).toMatchObject([{ endpoint: 'one', reason: 'refused', level: 'warn' }]);
  expect(attempts().length).toBeLessThan(80);
  const gauges = await (await fetch(`${relay.admin}/metrics`)).text();
  expect(gauges).toContain('longshore_endpoint_held{endpoint="one"} 1');

  await receiver.start();
  await delivered(receiver, ids);
  const [recovered] = await eventually(
    () => named(all, 'endpoint.recovered'),
    (found) => found.length > 0,
    AT_LAST,
  );
  const left = async () => Object.values(await place.counts()).reduce((sum, count) => sum + count, 0);
  await eventually(left, (count) => count === 0, AT_LAST);
  const dead = named(all, 'delivery.settled');
  expect(recovered).toMatchObject({ endpoint: 'one', level: 'info', revived: dead.length });
  expect(Number(recovered?.waited) + dead.length).toBeGreaterThan(100);
  // Once each: nothing was in flight at a worker that died.
  expect(receiver.requests).toHaveLength(200);
  const replayed = () => named([...all, relay], 'delivery.replayed');
  await eventually(replayed, (found) => found.length === dead.length, AT_LAST);
  for (const each of replayed()) expect(each).toMatchObject({ by: 'hold', repository: 'acme/app' });
  expect(await place.held()).toBeUndefined();
});

test('a poison event dies alone after its threshold, and holds nothing', async () => {
  const receiver = await startReceiver(({ body }) => ({ status: body.includes('acme/poison') ? 500 : 200 }));
  const hold = { after: 1, probe: '1h' };
  const place = await aPlace({ url: receiver.url, threshold: 3, backoff: '20ms', concurrency: 1, hold });
  const relay = await startRelay(place.file);
  await post(relay, 1, { repository: 'acme/poison' });
  const ids = await post(relay, 20);
  await delivered(receiver, ids);
  await eventually(
    place.counts,
    ({ dead, delayed, waiting }) => dead === 1 && delayed + waiting === 0,
    AT_LAST,
  );
  expect(receiver.requests).toHaveLength(23);
  expect(named([relay], 'endpoint.held')).toEqual([]);
});

describe('a hold', () => {
  test('a killed prober frees the probe, and another worker makes it', async () => {
    const receiver = await startReceiver('hang');
    const hold = { after: 1, probe: '50ms', maxprobe: '50ms' };
    const place = await aPlace({ url: receiver.url, hold, threshold: 1 });
    await receiver.stop();
    const relay = await startRelay(place.file, { roles: ['ingest'] });
    const first = await startRelayProcess(place.file, { roles: ['worker'] });
    const ids = await post(relay, 20);
    await place.untilHeld();
    await receiver.start();
    await receiver.received(1, AT_LAST);
    const second = await startRelayProcess(place.file, { roles: ['worker'] });
    receiver.reply({ status: 200 });
    await first.crash();
    await receiver.received(2);
    expect(receiver.requests[1]?.headers['x-longshore-attempt']).toBe('1');
    await delivered(receiver, ids);
    await eventually(place.counts, ({ dead, waiting }) => dead + waiting === 0, AT_LAST);
    expect(named([second], 'endpoint.held')).toEqual([]);
  });

  test('a restart keeps it, and `longshore resume` probes at once', async () => {
    const receiver = await startReceiver();
    const place = await aPlace({ url: receiver.url, threshold: 1, hold: NEVER });
    await receiver.stop();
    const before = await startRelay(place.file);
    const ids = await post(before, 1);
    const { since } = (await place.untilHeld()) ?? {};
    ids.push(...(await post(before, 4)));
    await before.stop();
    await receiver.start();
    const relay = await startRelay(place.file);
    ids.push(...(await post(relay, 5)));
    expect(await place.held()).toMatchObject({ state: 'held', since, reason: 'refused' });
    expect(receiver.requests).toEqual([]);
    expect(await command(['resume', 'one', '--config', place.file])).toMatchObject({ code: 0 });
    await delivered(receiver, ids);
    await eventually(place.counts, ({ dead }) => dead === 0, AT_LAST);
    expect(receiver.requests).toHaveLength(10);
  });

  test('a changed url is probed at once', async () => {
    const [old, now] = [await startReceiver(), await startReceiver()];
    await old.stop();
    const place = await aPlace({ url: old.url, hold: NEVER });
    const relay = await startRelay(place.file);
    const ids = await post(relay, 5);
    await place.untilHeld();
    await place.write({ url: now.url });
    relay.signal('SIGHUP');
    await delivered(now, ids);
  });

  test('after `for` events die as without it, until something is delivered', async () => {
    const receiver = await startReceiver();
    await receiver.stop();
    const hold = { after: 1, probe: '1h', maxprobe: '1h', for: '1s' };
    const place = await aPlace({ url: receiver.url, threshold: 1, hold });
    const relay = await startRelay(place.file);
    await post(relay, 9);
    await eventually(place.counts, ({ dead, waiting }) => dead === 9 && waiting === 0, AT_LAST);
    expect(named([relay], 'endpoint.held')).toHaveLength(1);
    expect(named([relay], 'endpoint.released')).toMatchObject([{ level: 'warn', reason: 'refused' }]);
  });

  test('`revive: false` leaves what died of it to the operator', async () => {
    const receiver = await startReceiver();
    await receiver.stop();
    const hold = { after: 2, probe: '50ms', revive: false };
    const place = await aPlace({ url: receiver.url, threshold: 1, concurrency: 1, hold });
    const relay = await startRelay(place.file);
    await post(relay, 5);
    await place.untilHeld();
    await receiver.start();
    await eventually(
      () => named([relay], 'endpoint.recovered'),
      (found) => found.length > 0,
      AT_LAST,
    );
    await eventually(place.counts, ({ waiting, active }) => waiting + active === 0, AT_LAST);
    expect(await place.counts()).toMatchObject({ dead: 2 });
    expect(receiver.requests).toHaveLength(3);
  });
});

test('`Retry-After` pauses the whole endpoint, up to maxbackoff', async () => {
  const receiver = await startReceiver((_, n) =>
    n === 1 ? { status: 429, headers: { 'retry-after': '3600' } } : { status: 200 },
  );
  const place = await aPlace({ url: receiver.url, concurrency: 1, maxbackoff: '1s', hold: false });
  const relay = await startRelay(place.file);
  const ids = await post(relay, 10);
  const hold = await place.untilHeld();
  expect(hold).toMatchObject({ reason: 'http_429', until: expect.any(Number) });
  await delivered(receiver, ids);
  const [first, second] = receiver.requests;
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(950);
  expect(receiver.requests).toHaveLength(11);
});

test('a proxy that is down costs no attempt, and is reported as our trouble', async () => {
  const proxy = await startReceiver();
  await proxy.stop();
  const place = await aPlace({ url: 'http://receiver.example.com/hook', threshold: 1, hold: { after: 1 } });
  const relay = await startRelayProcess(place.file, { env: { HTTP_PROXY: proxy.url } });
  const ids = await post(relay, 5);
  const metrics = async () => (await fetch(`${relay.admin}/metrics`)).text();
  await eventually(
    metrics,
    (text) => /deferred_total{endpoint="one",reason="proxy"} [1-9]/.test(text),
    AT_LAST,
  );
  await proxy.start();
  await delivered(proxy, ids);
  expect(new Set(proxy.requests.map(({ headers }) => headers['x-longshore-attempt']))).toEqual(
    new Set(['1']),
  );
  for (const record of ['endpoint.held', 'delivery.settled']) expect(named([relay], record)).toEqual([]);
});
