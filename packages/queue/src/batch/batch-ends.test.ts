/** What becomes of a request whose worker is stopped, or dies. */
import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import type { BatchHandle } from '../consumer.js';
import { endpointKey, queueKey } from '../names.js';
import { createProducer } from '../producer.js';
import { aDelivery, consume, ok } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';

const batch = { events: 10, waitMs: 0, bytes: 1_048_576 };
const all = Array.from({ length: 10 }, (_, n) => aDelivery('one', `event-${n}`));

test('at the end of the grace period a request is given back: in order, and without an attempt', async ({
  open,
  prefix,
  closing,
}) => {
  const client = await open('producer');
  // One after the other: the first call of a script may be sent twice.
  await createProducer(client, prefix).enqueue(all.map((one) => ({ ...one, order: 'endpoint' })));
  let began = false;
  const handleBatch: BatchHandle = async ({ members }) => {
    began = true;
    const signal = members[0]?.taken.signal;
    await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    return members.map(() => ({ settle: 'released' }));
  };
  const first = consume(await open('consumer'), prefix, 'one', async () => ok, {
    handleBatch,
    take: { batch },
  });
  await eventually(() => began);
  await first.close(0);
  expect(await client.zcard(endpointKey(prefix, 'one', 'requests'))).toBe(0);
  const waiting = await client.lrange(queueKey(prefix, 'one', 'wait'), 0, -1);
  expect(waiting.reverse()).toEqual(all.map(({ id }) => id));

  const got: [string, number][] = [];
  const take: BatchHandle = async ({ members }) =>
    members.map(({ delivery, taken }) => {
      got.push([delivery.id, taken.number]);
      return ok;
    });
  closing(
    consume(await open('consumer'), prefix, 'one', async () => ok, { handleBatch: take, take: { batch } }),
  );
  await eventually(() => got.length === 10);
  expect(got).toEqual(all.map(({ id }) => [id, 1]));
});

test('the members of a dead worker’s request run again elsewhere, as the same attempt', async ({
  open,
  prefix,
  closing,
}) => {
  const client = await open('producer');
  await createProducer(client, prefix).enqueue(all);
  const dying = await open('consumer');
  let began = false;
  const never: BatchHandle = () => {
    began = true;
    return new Promise(() => {});
  };
  const take = { batch, concurrency: 1 };
  const dead = consume(dying, prefix, 'one', async () => ok, { handleBatch: never, take, concurrency: 1 });
  await eventually(() => began);
  // From Redis' side that is what a killed process looks like.
  dying.disconnect();

  const got: [string, number][] = [];
  const stalled: string[] = [];
  const handleBatch: BatchHandle = async ({ members }) =>
    members.map(({ delivery, taken }) => {
      got.push([delivery.id, taken.number]);
      return ok;
    });
  const onStalled = (id: string) => void stalled.push(id);
  closing(
    consume(await open('consumer'), prefix, 'one', async () => ok, {
      ...{ handleBatch, take, concurrency: 1, onStalled },
    }),
  );
  await eventually(() => got.length === 10);
  const ids = all.map(({ id }) => id);
  expect(got.map(([id]) => id).sort()).toEqual([...ids].sort());
  expect(new Set(got.map(([, number]) => number))).toEqual(new Set([1]));
  expect(stalled.sort()).toEqual([...ids].sort());
  await dead.close(0);
});
