import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { deliveryId } from '@longshore/event';
import { eventually, redisUrl, startRedis, startRedisCluster } from '@longshore/testkit';
import { expect, onTestFinished } from 'vitest';
import { createInspector } from '../inspector.js';
import { createProducer } from '../producer.js';
import { aDelivery } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { attempted, find, noteAll, receiptOf, received, trailOf } from '../testing/trail.js';

const DAY_MS = 86_400_000;

test('of 100,000 events each is found, and they take less than 20 MB', { timeout: 180_000 }, async ({
  open,
  prefix,
}) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  const used = async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
  const before = await used();
  let dropped = 0;
  const trail = trailOf(client, prefix, {
    onDrop(count) {
      dropped += count;
    },
  });
  for (let n = 0; n < 100_000; n++) {
    const digest = `sha256:${randomBytes(32).toString('hex')}`;
    const view = { action: 'push', repository: `team-${n % 50}/app-${n % 300}`, tag: `1.${n}`, digest };
    const eventId = `event-${n}`;
    const planned = [
      { endpoint: 'one', deliveryId: deliveryId({ endpoint: 'one', source: 'distribution', eventId }) },
    ];
    const receipt = received({ eventId, view, planned, at: n });
    trail.note(receipt);
    trail.note(attempted(receipt));
    // As much as a process takes in at once; then others have their turn, as in a relay.
    if (n % 400 === 0) await new Promise(setImmediate);
    if (n % 4_000 === 0)
      await eventually(async () => (await find(client, prefix, `event-${n}`)).trails.length === 1);
  }
  await trail.close();
  expect(dropped).toBe(0);
  expect(((await used()) - before) / 2 ** 20).toBeLessThan(20);
  for (const n of [0, 49_999, 99_999]) {
    for (const search of [`event-${n}`, `team-${n % 50}/app-${n % 300}:1.${n}`]) {
      const { trails } = await find(client, prefix, search);
      expect(trails).toMatchObject([{ eventId: `event-${n}`, deliveries: [{ state: 'delivered' }] }]);
      expect(trails[0]?.steps).toHaveLength(2);
    }
  }
  const { trails, more } = await find(client, prefix, { search: 'team-7/app-7', limit: 5 });
  expect([trails.length, more]).toEqual([5, true]);
});

test('on a cluster of three masters the trail spreads, keeps its limits, and is found', {
  timeout: 60_000,
}, async ({ open, prefix }) => {
  const cluster = await startRedisCluster();
  const client = await open('producer', { cluster: cluster.urls });
  const endpoints = ['alpha', 'beta', 'gamma'];
  const deliveries = endpoints.map((endpoint) => aDelivery(endpoint, 'e-1'));
  await createProducer(client, prefix).enqueue(deliveries);
  await createInspector(client, prefix).remember(endpoints);
  expect((await find(client, prefix, 'e-1')).trails[0]?.deliveries).toHaveLength(3);

  let count = 1_000;
  const trail = trailOf(client, prefix, { limits: () => ({ age: DAY_MS, count, bytes: 2 ** 30 }) });
  const newest = receiptOf(deliveries);
  for (let n = 0; n < 16; n++) {
    const receipt = n < 15 ? received({ eventId: `old-${n}`, at: n }) : newest;
    trail.note(receipt);
    await eventually(async () => (await find(client, prefix, receipt.eventId)).trails[0]?.steps.length === 1);
  }
  const keys = await Promise.all(
    [0, 1, 2].map((node) => cluster.cli(node, 'KEYS', `${prefix}:*trail*:chunks`)),
  );
  expect(keys.flat()).toHaveLength(4);
  expect(keys.filter((onNode) => Array.isArray(onNode) && onNode.length > 0).length).toBeGreaterThan(1);
  const all = await find(client, prefix, { search: 'acme/app', limit: 50 });
  expect(all.trails.map(({ eventId }) => eventId).slice(0, 2)).toEqual(['e-1', 'old-14']);
  expect(all.trails).toHaveLength(16);
  expect(all.trails[0]?.deliveries.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting']);

  count = 4;
  await trail.sweep();
  const left = await find(client, prefix, { search: 'acme/app', limit: 50 });
  expect(left.trails.map(({ eventId }) => eventId)).toEqual(['e-1', 'old-14', 'old-13', 'old-12']);
  await trail.close();
});

test('a killed process takes no more than its last notes along', async ({ open, prefix }) => {
  const dist = (file: string): string => new URL(`../../dist/${file}`, import.meta.url).href;
  const program = `
    import { connect } from '${dist('index.js')}';
    import { createTrail } from '${dist('entries/trail.js')}';
    const client = connect({ url: '${redisUrl()}' }, 'producer', () => {});
    const trail = createTrail({ client, prefix: '${prefix}', limits: () => ({ age: ${DAY_MS}, count: 1e6, bytes: 1e9 }) });
    client.once('ready', () => {
      let n = 0;
      setInterval(() => {
        const view = { action: 'push', repository: 'acme/app' };
        const of = { source: 's', kind: 'k', eventId: 'e-' + n, nativeType: 'push', view, planned: [], ignored: [] };
        trail.note({ step: 'received', at: n++, ...of });
      }, 1);
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const client = await open('producer');
  const count = async () => (await find(client, prefix, { search: 'acme/app', limit: 100 })).trails.length;
  await eventually(async () => (await count()) === 100);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const { trails } = await find(client, prefix, { search: 'acme/app', limit: 100 });
  // What was there is there, in order and without holes: the last notes alone are gone.
  const places = trails.map(({ eventId }) => Number(eventId?.slice(2)));
  const newest = places[0] ?? 0;
  expect(places).toEqual(Array.from({ length: 100 }, (_, n) => newest - n));
});

test('many writers and searches at once do not disturb each other', { timeout: 60_000 }, async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const receipts = Array.from({ length: 200 }, () => received());
  const writing = receipts.map((receipt) => noteAll(client, prefix, [receipt]));
  const searching = Array.from({ length: 20 }, () => find(client, prefix, 'acme/app'));
  await Promise.all([...writing, ...searching]);
  // A trail that is closed waits two seconds for its write, and two hundred at once may take longer than that.
  const found = () => Promise.all(receipts.map(({ eventId }) => find(client, prefix, eventId)));
  await eventually(found, (all) => all.every(({ trails }) => trails.length === 1));
});
