/** What has lost its entry in the agenda is found: in a Redis that is full, and beside an endpoint that is damaged. */
import { startRedis } from '@longshore/testkit';
import { expect } from 'vitest';
import { createHoldSwitch, holdKey } from '../hold/hold.js';
import { endpointKey, endpointsKey } from '../names.js';
import { createProducer } from '../producer.js';
import { aDelivery } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { agendaKey, createAgenda } from './agenda.js';

test('the sweep and the switch of a hold work while Redis is full', async ({ open, prefix }) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  await createProducer(client, prefix).enqueue([aDelivery('a'), aDelivery('b')]);
  await client.hset(holdKey(prefix, 'b'), { state: 'held', since: 1, probeAt: Date.now() + 3_600_000 });
  await client.del(agendaKey(prefix));
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
  await expect(client.set('x', 1)).rejects.toThrow('OOM');
  await createAgenda(client, prefix).sweep();
  expect(await client.zrange(agendaKey(prefix), '0', '-1')).toEqual(['a', 'b']);
  expect(await createHoldSwitch(client, prefix).probe('b')).toBe(true);
  await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
});

test('an endpoint that cannot be looked at keeps no other one from being looked at', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const names = Array.from({ length: 60 }, (_, n) => `e${n}`);
  await createProducer(client, prefix).enqueue(names.map((name) => aDelivery(name)));
  await client.del(agendaKey(prefix));
  // Of the first page.
  const [first = '', ...others] = await client.smembers(endpointsKey(prefix));
  await client.set(endpointKey(prefix, first, 'lanes'), 'no hash');
  await expect(createAgenda(client, prefix).sweep()).rejects.toThrow('WRONGTYPE');
  const entries = await client.zrange(agendaKey(prefix), '0', '-1');
  expect(entries.toSorted()).toEqual(others.toSorted());
});
