/** Deliveries that are looked at again later, and how far they are meanwhile. */
import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import type { ConsumerOptions } from './consumer.js';
import { createInspector } from './inspector.js';
import { createProducer } from './producer.js';
import { aDelivery, consume, dead, ok } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';

test('deferred: it is looked at again then, holds no slot, and was no attempt', async ({
  open,
  prefix,
  closing,
}) => {
  const [first, other] = [aDelivery('a'), aDelivery('a')];
  const client = await open('producer');
  await createProducer(client, prefix).enqueue([first, other]);
  const seen: [string, number][] = [];
  let due = false;
  const handle = async (_: unknown, { id, number }: { id: string; number: number }) => {
    seen.push([id, number]);
    if (id === first.id && !due)
      return { settle: 'deferred', until: Date.now() + 100, why: 'not yet' } as const;
    return id === other.id ? ok : dead;
  };
  closing(consume(await open('consumer'), prefix, 'a', handle, { concurrency: 1 }));
  await eventually(() => seen.some(([id]) => id === other.id));
  await eventually(() => seen.filter(([id]) => id === first.id).length >= 3);
  due = true;
  const inspector = createInspector(client, prefix);
  await eventually(
    () => inspector.counts('a'),
    (counts) => counts.dead === 1,
  );
  expect(new Set(seen.map(([, number]) => number))).toEqual(new Set([1]));
  const [job] = await inspector.boardQueue('a').getFailed();
  expect(job?.attemptsMade).toBe(1);
});

test('progress is seen with the delivery while it is worked on', async ({ open, prefix, closing }) => {
  const client = await open('producer');
  await createProducer(client, prefix).enqueue([aDelivery('a')]);
  const handle: ConsumerOptions['handle'] = async (_, { progress, signal }) => {
    progress({ progress: 50, blobs: '1 / 2' });
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return { settle: 'released' };
  };
  closing(consume(await open('consumer'), prefix, 'a', handle));
  const queue = createInspector(client, prefix).boardQueue('a');
  const [job] = await eventually(
    () => queue.getActive(),
    (jobs) => typeof jobs[0]?.progress === 'object',
  );
  expect(job?.progress).toEqual({ progress: 50, blobs: '1 / 2' });
});
