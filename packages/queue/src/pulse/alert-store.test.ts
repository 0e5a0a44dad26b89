import { eventually } from '@longshore/testkit';
import { expect, onTestFinished } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createLeader, leaseKey } from '../leader.js';
import { redisTest as test } from '../testing/redis-test.js';
import { createAlertStore } from './alert-store.js';

/** Another process that takes part in the election. */
const aProcess = (client: RedisClient, prefix: string, leaseMs = 10_000) => {
  const leader = createLeader(client, prefix, { leaseMs, attemptIntervalMs: 10 });
  onTestFinished(leader.close);
  return createAlertStore(client, prefix, leader);
};

test('a process that has lost the lease can write nothing any more', async ({ open, prefix }) => {
  const client = await open('producer');
  const one = aProcess(client, prefix);
  await eventually(() => one.claim());
  expect(await one.save(new Map([['a', { at: 1 }]]))).toBe(true);
  await client.set(leaseKey(prefix), 'another', 'PX', 60_000);
  expect(await one.save(new Map([['a', { at: 2 }]]))).toBe(false);
  expect(await one.claim()).toBe(false);
  expect(await one.read()).toEqual(new Map([['a', { at: 1 }]]));
});

test('entries are written and removed together, and read by the next process', async ({ open, prefix }) => {
  const client = await open('producer');
  const one = aProcess(client, prefix);
  await eventually(() => one.claim());
  await one.save(
    new Map([
      ['a', { n: 1 }],
      ['b', { n: 2 }],
    ]),
  );
  await one.save(
    new Map<string, object | undefined>([
      ['a', undefined],
      ['c', { n: 3 }],
    ]),
  );
  expect(await aProcess(client, prefix).read()).toEqual(
    new Map([
      ['b', { n: 2 }],
      ['c', { n: 3 }],
    ]),
  );
});
