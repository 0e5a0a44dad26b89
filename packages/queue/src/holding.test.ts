import { expect } from 'vitest';
import { endpointsHolding } from './holding.js';
import { queueKey } from './names.js';
import { redisTest as test } from './testing/redis-test.js';

test('of a hundred endpoints those with a backlog are found, and fifty without cost one command', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const names = Array.from({ length: 100 }, (_, n) => `endpoint ${n}`);
  await client.rpush(queueKey(prefix, 'endpoint 3', 'wait'), 'one');
  await client.zadd(queueKey(prefix, 'endpoint 47', 'delayed'), 1, 'two');
  await client.rpush(queueKey(prefix, 'endpoint 60', '~hold'), 'none that is asked for');
  const asked: number[] = [];
  const exists = client.exists.bind(client);
  client.exists = ((...keys: string[]) => {
    asked.push(keys.length);
    return exists(...keys);
  }) as typeof client.exists;

  expect(await endpointsHolding(client, prefix, names)).toEqual(['endpoint 3', 'endpoint 47']);
  expect(asked).toHaveLength(1 + 50 + 1);
});
