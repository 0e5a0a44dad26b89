import { expect } from 'vitest';
import { queueKey } from '../names.js';
import { createProducer } from '../producer.js';
import { aDelivery } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { unattended } from './unattended.js';

test('a delivery in flight whose worker was killed is unattended, one with a lock is not', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const delivery = aDelivery('one');
  await createProducer(client, prefix).enqueue([delivery]);
  expect(await unattended(client, prefix, 'one')).toBe(0);
  await client.rpoplpush(queueKey(prefix, 'one', 'wait'), queueKey(prefix, 'one', 'active'));
  expect(await unattended(client, prefix, 'one')).toBe(1);
  await client.set(`${queueKey(prefix, 'one', delivery.id)}:lock`, 'a worker');
  expect(await unattended(client, prefix, 'one')).toBe(0);
});
