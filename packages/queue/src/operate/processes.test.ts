import { expect } from 'vitest';
import { redisTest as test } from '../testing/redis-test.js';
import { createProcesses, PROCESS_INTERVAL_MS } from './processes.js';

test('a process is known while it repeats its note, and until it ends', async ({ open, prefix }) => {
  let now = 1_000_000;
  const client = await open('producer');
  const processes = createProcesses(client, prefix, () => now);
  const one = { name: 'one:1', roles: ['ingest'], version: '1.0.0' };
  const two = { name: 'two:2', roles: ['worker', 'dashboard'], version: '1.1.0' };
  await processes.note(two);
  await processes.note(one);
  expect(await processes.list()).toEqual([one, two]);
  now += 2 * PROCESS_INTERVAL_MS;
  await processes.note(one);
  now += 2 * PROCESS_INTERVAL_MS;
  expect(await processes.list()).toEqual([one]);
  await processes.note(one);
  const [key = ''] = await client.keys(`${prefix}*processes*`);
  expect(await client.hkeys(key)).toEqual(['one:1']);
  await processes.clear('one:1');
  expect(await processes.list()).toEqual([]);
});
