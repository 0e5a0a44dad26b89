/** A Redis that is full is drained: what has lost its entry in the agenda is found, and a probe can be asked for. */
import { startRedis } from '@longshore/testkit';
import { expect } from 'vitest';
import { createHoldSwitch, holdKey } from '../hold/hold.js';
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
