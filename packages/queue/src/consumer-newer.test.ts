import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import type { UnreadableJob } from './consumer.js';
import { createInspector } from './inspector.js';
import { queueKey } from './names.js';
import { createProducer } from './producer.js';
import { createQueuePool } from './queue-pool.js';
import { aDelivery, consume, dataOfVersion1, ok } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';

const HOUR_MS = 3_600_000;

test('a delivery of a newer version waits without an attempt, and is delivered by a worker that reads it', async ({
  open,
  prefix,
  closing,
}) => {
  const client = await open('producer');
  const inspector = createInspector(client, prefix);
  const delivery = aDelivery('a');
  await createProducer(client, prefix).enqueue([delivery]);
  const key = queueKey(prefix, 'a', delivery.id);
  await client.hset(key, 'data', JSON.stringify({ v: 99, of: 'tomorrow' }));

  const unreadable: UnreadableJob[] = [];
  const attempts: [string, number][] = [];
  closing(
    consume(
      await open('consumer'),
      prefix,
      'a',
      async ({ eventId }, { number }) => {
        attempts.push([eventId, number]);
        return ok;
      },
      {
        unreadable: (job) => {
          unreadable.push(job);
          return { settle: 'deferred', until: Date.now() + HOUR_MS, why: job.fault };
        },
      },
    ),
  );
  await eventually(
    () => inspector.counts('a'),
    ({ delayed }) => delayed === 1,
  );
  expect(unreadable).toEqual([
    { id: delivery.id, attempts: 0, isNewer: true, fault: expect.stringContaining('99') },
  ]);
  expect(attempts).toEqual([]);

  // As if it had been upgraded: now it can be read.
  await client.hset(key, 'data', JSON.stringify(dataOfVersion1(delivery)));
  await (await createQueuePool(client, prefix).ready('a').getJob(delivery.id))?.promote();
  await eventually(() => attempts.length === 1);
  expect(attempts).toEqual([[delivery.eventId, 1]]);
  await eventually(
    () => inspector.counts('a'),
    (counts) => Object.values(counts).every((count) => count === 0),
  );
});
