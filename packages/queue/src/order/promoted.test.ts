/** A retry that is sent at once, on the board or after a clock was set back, keeps its place in the order. */
import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import { createInspector } from '../inspector.js';
import { createProducer } from '../producer.js';
import { createRetention } from '../retention.js';
import { aDelivery, consume, ok, retryIn } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';

const LATER_MS = 3_600_000;
const batch = { events: 1, waitMs: 0, bytes: 1_000_000 };

test.for([
  ['promoted on the board', undefined],
  ['promoted on the board where there are batches', batch],
  ['overdue', undefined],
] as const)(
  'the first of all that is %s goes before those behind it',
  async ([what, batched], { open, prefix, closing }) => {
    const client = await open('producer');
    const inspector = createInspector(client, prefix);
    const all = Array.from({ length: 3 }, () => aDelivery('a'));
    const ids = all.map(({ id }) => id);
    const got: string[] = [];
    const handle = async ({ id }: { id: string }) => {
      got.push(id);
      return got.length === 1 ? retryIn(LATER_MS) : ok;
    };
    const take = { order: 'endpoint', ...(batched && { batch: batched }) } as const;
    closing(consume(await open('consumer'), prefix, 'a', handle, { take }));
    await createProducer(client, prefix).enqueue(all.map((one) => ({ ...one, order: 'endpoint' })));
    await eventually(
      () => inspector.counts('a'),
      ({ waiting, delayed }) => waiting === 2 && delayed === 1,
    );
    if (what === 'overdue') expect(await createRetention(client, prefix).promoteOverdue('a', 0)).toBe(1);
    else await (await inspector.boardQueue('a').getJob(ids[0] ?? ''))?.promote();
    await eventually(() => got.length === 4);
    expect(got).toEqual([ids[0], ...ids]);
  },
);
