/** Sentinels, and a primary that goes away: the clients find the new one by themselves. */
import { eventually, startSentinels, type TestSentinels } from '@longshore/testkit';
import { expect, onTestFinished } from 'vitest';
import { createMonitor, troubleIn } from './monitor.js';
import { createProducer } from './producer.js';
import { aDelivery, consume, ok } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';

const FAILOVER = { timeout: 60_000 };

const addressOf = ({ sentinels, master }: TestSentinels) => ({ sentinels: { nodes: sentinels, master } });

test('the primary is killed: producer and consumer go on with the new one', async ({
  open,
  prefix,
  closing,
}) => {
  const redis = await startSentinels();
  const client = await open('producer', addressOf(redis));
  const producer = createProducer(client, prefix);
  const monitor = createMonitor(client, () => {}, prefix);
  onTestFinished(() => monitor.close());
  const done: string[] = [];
  closing(
    consume(await open('consumer', addressOf(redis)), prefix, 'one', async (delivery) => {
      done.push(delivery?.id ?? '');
      return ok;
    }),
  );
  const first = aDelivery('one');
  await producer.enqueue([first]);
  await eventually(() => done.includes(first.id));

  const before = await redis.primary();
  await redis.kill(before);
  const second = aDelivery('one');
  await eventually(() => producer.enqueue([second]), undefined, FAILOVER);
  await eventually(() => done.includes(second.id), undefined, FAILOVER);
  expect(await redis.primary()).not.toBe(before);

  // The old primary comes back as a replica, and nothing changes.
  await redis.restart(before);
  await eventually(
    async () => /role:slave/.test(String(await redis.cli(before, 'INFO', 'replication'))),
    undefined,
    FAILOVER,
  );
  const third = aDelivery('one');
  await producer.enqueue([third]);
  await eventually(() => done.includes(third.id));
  await eventually(() => troubleIn(monitor.health) === undefined);
}, 240_000);

test('the primary hangs: its clients leave it for the new one', async ({ open, prefix }) => {
  const redis = await startSentinels();
  const client = await open('producer', addressOf(redis));
  const producer = createProducer(client, prefix);
  await producer.enqueue([aDelivery('one')]);
  const before = await redis.primary();
  redis.pause(before);
  onTestFinished(() => redis.resume(before));
  await eventually(() => producer.enqueue([aDelivery('one')]), undefined, FAILOVER);
  expect(await redis.primary()).not.toBe(before);
}, 240_000);

test('the primary is demoted and stays: refused as on a replica at most, and taken by the new one', async ({
  open,
  prefix,
}) => {
  const redis = await startSentinels();
  const client = await open('producer', addressOf(redis));
  const producer = createProducer(client, prefix);
  await producer.enqueue([aDelivery('one')]);
  const before = await redis.primary();
  await redis.cli(redis.sentinelPorts[0] ?? 0, 'SENTINEL', 'FAILOVER', redis.master);
  await eventually(async () => (await redis.primary()) !== before, undefined, FAILOVER);
  const codes = new Set<string>();
  const isTaken = () =>
    producer.enqueue([aDelivery('one')]).then(
      async () => (await redis.cli(await redis.primary(), 'LLEN', `${prefix}:{one}:wait`)) !== 0,
      ({ code }: { code: string }) => {
        codes.add(code);
        return false;
      },
    );
  await eventually(isTaken, undefined, FAILOVER);
  expect([...codes].filter((code) => code !== 'QUEUE_UNAVAILABLE')).toEqual([]);
  const isReplica = async () => /role:slave/.test(String(await redis.cli(before, 'INFO', 'replication')));
  await eventually(isReplica, undefined, FAILOVER);
  await eventually(async () => (await producer.enqueue([aDelivery('one')])).length === 1);
}, 240_000);

test('credentials of Sentinels and servers are used', async ({ open }) => {
  const redis = await startSentinels();
  const app = ['ACL', 'SETUSER', 'app', 'on', '>a pass/word', '~*', '&*', '+@all'];
  for (const port of redis.ports) await redis.cli(port, ...app);
  const watch = ['ACL', 'SETUSER', 'watch', 'on', '>se:cret', '&*', '+@all'];
  for (const port of redis.sentinelPorts) await redis.cli(port, ...watch);
  const nodes = redis.sentinels.map((node) => `redis://watch:${encodeURIComponent('se:cret')}@${node}`);
  const servers = { master: redis.master, username: 'app', password: 'a pass/word' };
  await open('producer', { sentinels: { nodes, ...servers } });
  const users = async (port: number) => String(await redis.cli(port, 'CLIENT', 'LIST'));
  expect(await users(await redis.primary())).toMatch(/ user=app /);
  await eventually(async () => {
    const lists = await Promise.all(redis.sentinelPorts.map(users));
    return lists.every((list) => / user=watch /.test(list));
  });
});

test('Sentinels that are away, refuse the password or do not know the name are named', async ({ open }) => {
  const redis = await startSentinels();
  const said = async (nodes: string[], master: string) => {
    const client = await open('producer', { sentinels: { nodes, master } }, { ready: false });
    const monitor = createMonitor(client, () => {});
    onTestFinished(() => monitor.close());
    const trouble = () => troubleIn(monitor.health);
    return eventually(trouble, (words) => /Sentinel/.test(words ?? ''));
  };
  expect(await said(redis.sentinels, 'other')).toMatch(/know no primary of this name; correct redis\.master/);
  expect(await said(['127.0.0.1:1'], redis.master)).toMatch(/no Sentinel answers; look at redis\.sentinels/);
  for (const port of redis.sentinelPorts)
    await redis.cli(port, 'ACL', 'SETUSER', 'default', '>pw', 'resetpass');
  expect(await said(redis.sentinels, redis.master)).toMatch(/a Sentinel refuses the password; write/);
}, 240_000);
