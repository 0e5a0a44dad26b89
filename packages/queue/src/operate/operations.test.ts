/** Bulk operations as every process sees them, in a real Redis. */
import { expect } from 'vitest';
import { redisTest as test } from '../testing/redis-test.js';
import { createOperations } from './operations.js';

test('are kept newest first, a hundred of them, and stopped from elsewhere', async ({ open, prefix }) => {
  const client = await open('producer');
  const operations = createOperations(client, prefix);
  expect(await operations.list()).toEqual([]);
  for (let n = 0; n < 102; n++) await operations.put(`id${n}`, n, { id: `id${n}`, done: 0 });
  await operations.put('id101', 101, { id: 'id101', done: 5 });
  const list = await operations.list();
  expect(list).toHaveLength(100);
  expect(list.slice(0, 2)).toEqual([
    { id: 'id101', done: 5 },
    { id: 'id100', done: 0 },
  ]);
  expect(await operations.get('id1')).toBeUndefined();
  expect(await operations.isStopped('id100')).toBe(false);
  await createOperations(client, prefix).stop('id100');
  expect(await operations.isStopped('id100')).toBe(true);
});
