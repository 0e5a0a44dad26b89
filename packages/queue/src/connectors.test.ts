/** A failover that is announced at any moment leads to the new primary, and never ends the client. */
import { eventually, startRedis } from '@longshore/testkit';
import { expect } from 'vitest';
import { leaveSilent } from './silent.js';
import { redisTest as test } from './testing/redis-test.js';
import { scriptedSentinel } from './testing/scripted-sentinel.js';

test.for(['producer', 'consumer'] as const)(
  'a failover that is announced while a %s asks where the primary is',
  async (profile, { open }) => {
    const [old, next] = await Promise.all([startRedis(), startRedis()]);
    const sentinel = await scriptedSentinel(old.port);
    const client = await open(profile, { sentinels: sentinel.address });
    await eventually(() => sentinel.listeners() === 1);
    const before = sentinel.asked();
    sentinel.answer(undefined);
    await old.kill();
    await eventually(() => sentinel.asked() > before);
    sentinel.announce();
    sentinel.answer(next.port);
    await eventually(
      () => client.status,
      (status) => status === 'ready',
    );
    expect(await client.set('a', '1')).toBe('OK');
    expect(await next.cli('GET', 'a')).toBe('1');
  },
);

test('a failover of another primary changes nothing', async ({ open }) => {
  const redis = await startRedis();
  const sentinel = await scriptedSentinel(redis.port);
  const client = await open('producer', { sentinels: sentinel.address });
  await eventually(() => sentinel.listeners() === 1);
  const before = sentinel.asked();
  sentinel.announce('longshore-2');
  // It has heard that when it has noticed the end of this connection.
  sentinel.leave();
  await eventually(() => sentinel.listeners() === 1);
  expect(client.status).toBe('ready');
  expect(sentinel.asked()).toBe(before);
});

test('a Sentinel that was away is listened to again', async ({ open }) => {
  const [old, next] = await Promise.all([startRedis(), startRedis()]);
  const sentinel = await scriptedSentinel(old.port);
  const client = await open('consumer', { sentinels: sentinel.address });
  await eventually(() => sentinel.listeners() === 1);
  sentinel.leave();
  await eventually(() => sentinel.listeners() === 1);
  sentinel.answer(next.port);
  sentinel.announce();
  await eventually(async () => {
    await client.set('a', '1');
    return (await next.cli('GET', 'a')) === '1';
  });
});

test.for(['producer', 'consumer'] as const)(
  'a %s leaves a server that hangs, also before its first answer',
  async (profile, { open }) => {
    const [old, next] = await Promise.all([startRedis(), startRedis()]);
    const sentinel = await scriptedSentinel(old.port);
    old.pause();
    const client = await open(profile, { sentinels: sentinel.address }, { ready: false });
    leaveSilent(client, 100);
    await eventually(() => client.status === 'connect');
    // Nothing is announced: this may have happened before the Sentinel was listened to.
    sentinel.answer(next.port);
    await eventually(() => client.status === 'ready');
    await client.set('a', '1');
    expect(await next.cli('GET', 'a')).toBe('1');
  },
);

test('a client that is closed while it asks where the primary is stays closed, with all its subscriptions', async ({
  open,
}) => {
  const redis = await startRedis();
  const sentinel = await scriptedSentinel(redis.port);
  const client = await open('consumer', { sentinels: sentinel.address });
  await eventually(() => sentinel.listeners() === 1);
  const before = sentinel.asked();
  sentinel.answer(undefined);
  await redis.kill();
  await eventually(() => sentinel.asked() > before);
  client.disconnect();
  sentinel.answer(redis.port);
  await eventually(() => sentinel.listeners() === 0 && client.status === 'end');
});
