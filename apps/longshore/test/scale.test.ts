/** More than one process, more than one master, and what retention removes. */
import { eventually, redisUrl, startReceiver, startRedisCluster, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { anEvent, envelope, idsOf, startRelay, startRelayProcess, workFolder, writeConfig } from './relay.js';

test('on a Redis Cluster ingest and two workers deliver everything, and endpoints lie on different masters', async () => {
  const cluster = await startRedisCluster();
  const receiver = await startReceiver((_, n) => ({ status: n % 5 === 0 ? 503 : 200 }));
  const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];
  const endpoints = names.map((name) => ({ name, url: `${receiver.url}/${name}`, backoff: '50ms' }));
  const prefix = testPrefix();
  const redis = { cluster: cluster.urls, prefix };
  const file = await writeConfig(await workFolder(), { notifications: { endpoints }, redis });
  const ingest = await startRelay(file, { roles: ['ingest'] });
  await startRelay(file, { roles: ['worker'] });
  await startRelay(file, { roles: ['worker'] });
  const events = Array.from({ length: 40 }, () => anEvent());
  for (const event of events) {
    expect(await (await ingest.post(envelope(event))).json()).toMatchObject({ enqueued: names.length });
  }
  const wanted = events.map(({ id }) => id).sort();
  for (const name of names) {
    const got = () => new Set(idsOf(receiver.requests.filter(({ url }) => url === `/${name}`)));
    await eventually(got, (ids) => ids.size === wanted.length, { timeout: 60_000, what: `all of ${name}` });
    expect([...got()].sort()).toEqual(wanted);
  }
  const owners = await Promise.all([0, 1, 2].map((node) => cluster.cli(node, 'KEYS', `${prefix}:{*}:meta`)));
  for (const keys of owners) expect(keys).not.toHaveLength(0);
}, 240_000);

test('concurrency holds over two worker processes together', async () => {
  let active = 0;
  let most = 0;
  let full = (): void => {};
  const three = new Promise<void>((resolve) => {
    full = resolve;
  });
  const receiver = await startReceiver(async () => {
    most = Math.max(most, ++active);
    if (active === 3) full();
    await three;
    await new Promise((resolve) => setTimeout(resolve, 50));
    active--;
    return { status: 200 };
  });
  const endpoints = [{ name: 'one', url: receiver.url, concurrency: 3, timeout: '60s' }];
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const file = await writeConfig(await workFolder(), { notifications: { endpoints }, redis });
  const ingest = await startRelay(file, { roles: ['ingest'] });
  for (let n = 0; n < 60; n++) await ingest.post(envelope(anEvent()));
  const roles = ['worker'];
  await Promise.all([startRelay(file, { roles }), startRelayProcess(file, { roles })]);
  await receiver.received(60);
  expect(most).toBe(3);
}, 240_000);

test('nothing is dropped in silence: what retention removes from the dead-letter set is counted and recorded', async () => {
  const receiver = await startReceiver({ status: 410 });
  const endpoints = [{ name: 'one', url: receiver.url }];
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const folder = await workFolder();
  const first = await startRelay(await writeConfig(folder, { notifications: { endpoints }, redis }));
  const events = Array.from({ length: 3 }, () => anEvent());
  for (const event of events) {
    await first.post(envelope(event));
    await first.waitFor(({ outcome, eventId }) => outcome === 'dead' && eventId === event.id);
  }
  await first.stop();
  const retention = { dead: { count: 1 } };
  const second = await startRelay(
    await writeConfig(folder, { notifications: { endpoints }, redis, retention }),
  );
  const expired = await eventually(
    () => second.records.filter(({ outcome }) => outcome === 'expired'),
    (records) => records.length === 2,
  );
  expect(expired.map(({ eventId }) => eventId)).toEqual(events.slice(0, 2).map(({ id }) => id));
  expect(expired[0]).toMatchObject({ level: 'warn', endpoint: 'one', reason: 'http_410', attempts: 1 });
  const metrics = await (await fetch(`${second.admin}/metrics`)).text();
  expect(metrics).toContain('longshore_deliveries_settled_total{endpoint="one",outcome="expired"} 2');
}, 240_000);
