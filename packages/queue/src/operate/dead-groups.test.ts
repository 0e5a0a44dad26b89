/** Dead deliveries in groups, counted by a real Redis. */
import { expect } from 'vitest';
import { createInspector } from '../inspector.js';
import { queueKey } from '../names.js';
import { bury } from '../testing/dead.js';
import { redisTest as test } from '../testing/redis-test.js';
import { createDeadLetters } from './dead-letters.js';

test('are counted by endpoint, reason and answer, whatever numbers the answer has, and a group selects its own', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const a = await bury(client, prefix, { endpoint: 'a', count: 3, from: 1_000 });
  const b = await bury(client, prefix, { endpoint: 'b b', count: 601, from: 5_000 });
  const failWith = (endpoint: string, id: string, reason: string, body?: string) => {
    const last = { attempt: 3, at: '2026-11-30T00:00:00.000Z', reason, detail: 'it failed', body };
    return client.hset(queueKey(prefix, endpoint, id), {
      failedReason: `${reason}: it failed`,
      stacktrace: JSON.stringify([JSON.stringify(last)]),
    });
  };
  const [first, second, third] = a.map(({ id }) => id);
  await failWith('a', first ?? '', 'http_500', 'request 17 failed: database is locked\nat line 3');
  await failWith('a', second ?? '', 'http_500', 'request 1234 failed: database is locked\nat line 9');
  await failWith('a', third ?? '', 'timeout');
  const letters = createDeadLetters(client, prefix, createInspector(client, prefix));

  const { groups, looked, more } = await letters.groups({});
  expect(groups).toEqual([
    expect.objectContaining({
      endpoint: 'b b',
      reason: 'http_503',
      count: b.length,
      oldestAt: 5_000,
      newestAt: 5_600,
    }),
    expect.objectContaining({
      endpoint: 'a',
      reason: 'http_500',
      answer: 'request 1234 failed: database is locked',
      count: 2,
    }),
    expect.objectContaining({
      endpoint: 'a',
      reason: 'timeout',
      answer: 'it failed',
      count: 1,
      newestAt: 1_002,
    }),
  ]);
  expect({ looked, more }).toEqual({ looked: 604, more: false });

  const group = groups[1]?.key;
  const selected = await letters.page({ group }, 50);
  expect(selected.items.map(({ id }) => id)).toEqual([second, first]);
  expect((await letters.groups({ group })).groups).toEqual([groups[1]]);
  // The same keys where bodies are read.
  expect((await letters.groups({ ids: [first ?? ''] })).groups[0]?.key).toBe(group);

  const locked = { answer: (text: string) => text.includes('is locked') };
  expect(await letters.count(locked)).toBe(2);
  expect((await letters.groups(locked)).groups.map(({ count }) => count)).toEqual([2]);
  expect(await letters.retry({ group }, 'a test')).toMatchObject({ done: 2, stopped: false });
  expect((await letters.groups({ endpoints: ['a'] })).groups).toMatchObject([
    { reason: 'timeout', count: 1 },
  ]);
});
