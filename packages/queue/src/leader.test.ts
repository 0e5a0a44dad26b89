import { eventually, startRedis } from '@longshore/testkit';
import { expect } from 'vitest';
import type { RedisClient } from './connection.js';
import { createLeader, leaseKey } from './leader.js';
import { redisTest as test } from './testing/redis-test.js';

const OFTEN = { attemptIntervalMs: 10 };
const holder = (client: RedisClient, prefix: string) => client.get(leaseKey(prefix));

test('one of several processes leads, and at its clean stop another does', async ({ open, prefix }) => {
  const client = await open('producer');
  const all = [1, 2, 3].map(() => createLeader(client, prefix, OFTEN));
  const first = await eventually(() => holder(client, prefix));
  const leads = await Promise.all(all.map((leader) => leader.confirm()));
  expect(leads.filter(Boolean)).toHaveLength(1);
  const leader = all.find(({ token }) => token === first);
  expect(await leader?.confirm()).toBe(true);
  await leader?.close();
  expect(await leader?.confirm()).toBe(false);
  // The lease was not left to run out: its ten seconds begin again with another process.
  const next = await eventually(
    () => holder(client, prefix),
    (token) => token !== null && token !== first,
  );
  expect(all.map(({ token }) => token)).toContain(next);
  await Promise.all(all.map((each) => each.close()));
  expect(await holder(client, prefix)).toBeNull();
});

test('the lease in Redis expires within ten seconds, so a process that crashed is replaced within 13', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const leader = createLeader(client, prefix);
  await eventually(() => leader.confirm());
  expect(await client.pttl(leaseKey(prefix))).toBeGreaterThan(0);
  expect(await client.pttl(leaseKey(prefix))).toBeLessThanOrEqual(10_000);
  await leader.close();
});

test('a process whose lease another one has does not lead, and does not take it away', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const leader = createLeader(client, prefix, OFTEN);
  await eventually(() => leader.confirm());
  // Redis lost the lease, and another process was first to take it.
  await client.set(leaseKey(prefix), 'another', 'PX', 60_000);
  expect(await leader.confirm()).toBe(false);
  await leader.close();
  expect(await holder(client, prefix)).toBe('another');
});

test('an answer that a process reads when the lease is over is a no', async ({ open, prefix }) => {
  const client = await open('producer');
  const leader = createLeader(client, prefix, { leaseMs: 500, attemptIntervalMs: 10 });
  await eventually(() => leader.confirm());
  const asked = leader.confirm();
  // As a process that is stopped: Redis answers yes, and nothing here reads it.
  const began = performance.now();
  while (performance.now() - began < 500);
  expect(await asked).toBe(false);
  await leader.close();
});

test('a process that does not lead sends one command for each attempt, and none to be asked', async ({
  open,
  prefix,
}) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  await client.set(leaseKey(prefix), 'another', 'PX', 600_000);
  await redis.cli('CONFIG', 'RESETSTAT');
  const other = createLeader(client, prefix, OFTEN);
  for (let n = 0; n < 20; n++) expect(await other.confirm()).toBe(false);
  const calls = await eventually(
    async () => commandsIn(String(await redis.cli('INFO', 'commandstats'))),
    (seen) => (seen.get('set') ?? 0) >= 3,
  );
  expect(['get', 'evalsha', 'eval'].filter((name) => calls.has(name))).toEqual([]);
  await other.close();
});

/** Calls by command. */
function commandsIn(info: string): Map<string, number> {
  const found = info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm);
  return new Map(Array.from(found, ([, name = '', calls]) => [name, Number(calls)]));
}
