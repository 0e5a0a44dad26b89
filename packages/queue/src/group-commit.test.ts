import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { eventually, startRedis } from '@longshore/testkit';
import { expect, onTestFinished } from 'vitest';
import type { RedisClient } from './connection.js';
import { groupCommit } from './group-commit.js';
import { redisTest as test } from './testing/redis-test.js';

const MINUTE_MS = 60_000;
const patient = { longest: MINUTE_MS, isBusy: () => false };

/** How often Redis has read from any connection. */
const reads = async (client: RedisClient): Promise<number> =>
  Number(/total_reads_processed:(\d+)/.exec(await client.info('stats'))?.[1]);

test('what comes while Redis is at work leaves in one write', async ({ open }) => {
  // Of its own, so that no other client's reads are counted.
  const { url, stop } = await startRedis();
  onTestFinished(stop);
  const [client, other] = [await open('consumer', { url }), await open('consumer', { url })];
  const first = groupCommit(client, () => client.blpop('go', 0), patient);
  // It has been read: from here on Redis is at work on it.
  await eventually(async () => /blocked_clients:[^0]/.test(await other.info('clients')));
  const before = await reads(other);
  const sent = [];
  for (let n = 0; n < 50; n++) {
    sent.push(groupCommit(client, () => client.incr('sum'), patient));
    await turn();
  }
  await other.lpush('go', 'now');
  await first;
  expect((await Promise.all(sent)).at(-1)).toBe(50);
  expect((await reads(other)) - before).toBeLessThan(25);
});

test('one that waits for its own answer is let go', async ({ open }) => {
  const client = await open('consumer');
  const twice = groupCommit(client, async () => [await client.ping(), await client.ping()]);
  await turn();
  const other = groupCommit(client, () => client.ping());
  expect(await Promise.all([twice, other])).toEqual([['PONG', 'PONG'], 'PONG']);
});

test('what fails before it is written holds nothing back', async ({ open }) => {
  const client = await open('producer');
  const again = once(client, 'ready');
  client.disconnect(true);
  await expect(groupCommit(client, () => client.ping(), patient)).rejects.toThrow();
  await again;
  for (const _ of [1, 2, 3]) {
    const both = [1, 2].map(() => groupCommit(client, () => client.ping(), patient));
    expect(await Promise.all(both)).toEqual(['PONG', 'PONG']);
  }
});

test('in a busy process what comes at once leaves at its pace, not with each answer', async ({ open }) => {
  const [client, other] = [await open('producer'), await open('producer')];
  const busy = { longest: MINUTE_MS, pace: MINUTE_MS, recent: MINUTE_MS, isBusy: () => true };
  const alone = groupCommit(client, () => client.ping(), busy);
  const beside = groupCommit(client, () => client.ping(), busy);
  expect(await Promise.all([alone, beside])).toEqual(['PONG', 'PONG']);
  let left = false;
  const paced = groupCommit(client, () => client.ping(), busy).finally(() => {
    left = true;
  });
  for (let n = 0; n < 20; n++) await other.ping();
  expect(left).toBe(false);
  client.disconnect();
  await paced.catch(() => {});
});
