/** What becomes of deliveries whose process died, or was cut off from Redis. */
import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import { createInspector } from '../inspector.js';
import { queueKey } from '../names.js';
import { createProducer } from '../producer.js';
import { aDelivery, consume, ok } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';

const deliveries = (endpoint: string, count: number) =>
  Array.from({ length: count }, () => aDelivery(endpoint));

test('a lock that ran out while the job was not taken again costs no second attempt', async ({
  open,
  prefix,
  closing,
}) => {
  const client = await open('producer');
  const delivery = aDelivery('a');
  await createProducer(client, prefix).enqueue([delivery]);
  let attempts = 0;
  const handle = async () => {
    attempts++;
    await client.del(`${queueKey(prefix, 'a', delivery.id)}:lock`);
    return ok;
  };
  closing(consume(await open('consumer'), prefix, 'a', handle));
  await eventually(
    () => createInspector(client, prefix).boardQueue('a').getCompletedCount(),
    (count) => count === 1,
  );
  expect(attempts).toBe(1);
});

test('what a process had in flight when it died is taken by another', async ({ open, prefix, closing }) => {
  const client = await open('producer');
  await createProducer(client, prefix).enqueue(deliveries('a', 3));
  const dying = await open('consumer');
  let hung = 0;
  const dead = consume(dying, prefix, 'a', () => {
    hung++;
    return new Promise(() => {});
  });
  await eventually(() => hung === 3);
  dying.disconnect();
  const stalled: string[] = [];
  const numbers: number[] = [];
  const handle = async (_: unknown, { number }: { number: number }) => {
    numbers.push(number);
    return ok;
  };
  const onStalled = (id: string) => void stalled.push(id);
  closing(consume(await open('consumer'), prefix, 'a', handle, { onStalled }));
  await eventually(() => numbers.length === 3);
  expect(numbers).toEqual([1, 1, 1]);
  expect(new Set(stalled).size).toBe(3);
  await dead.close(0);
});
