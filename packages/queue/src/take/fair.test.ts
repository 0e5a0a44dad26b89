/** Fair shares: retries of a backlog, fresh deliveries, and the endpoints of a process. */
import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import type { ConsumerOptions } from '../consumer.js';
import { createInspector } from '../inspector.js';
import { queueKey } from '../names.js';
import { createProducer } from '../producer.js';
import { aDelivery, consume, ok, retryIn } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';

const HOUR_MS = 3_600_000;

const deliveries = (endpoint: string, count: number) =>
  Array.from({ length: count }, () => aDelivery(endpoint));

/** So many deliveries of the endpoint have failed once and are due again. */
async function backlogOfRetries(
  { open, prefix }: { open(profile: 'producer' | 'consumer'): Promise<RedisClient>; prefix: string },
  endpoint: string,
  count: number,
): Promise<void> {
  const client = await open('producer');
  await createProducer(client, prefix).enqueue(deliveries(endpoint, count));
  const consumer = consume(await open('consumer'), prefix, endpoint, async () => retryIn(HOUR_MS));
  const inspector = createInspector(client, prefix);
  await eventually(
    () => inspector.counts(endpoint),
    ({ delayed }) => delayed === count,
  );
  await consumer.close(0);
  const delayed = queueKey(prefix, endpoint, 'delayed');
  for (const id of await client.zrangebyscore(delayed, '-inf', '+inf')) await client.zadd(delayed, 1, id);
}

for (const concurrency of [1, 4]) {
  test(`with concurrency ${concurrency} a fresh delivery waits for one round of a backlog of retries`, async ({
    open,
    prefix,
    closing,
  }) => {
    await backlogOfRetries({ open, prefix }, 'a', 60);
    const client = await open('producer');
    await createProducer(client, prefix).enqueue(deliveries('a', 20));
    const order: string[] = [];
    const handle: ConsumerOptions['handle'] = async (_, { number }) => {
      order.push(number === 1 ? 'fresh' : 'retry');
      return ok;
    };
    closing(consume(await open('consumer'), prefix, 'a', handle, { concurrency }));
    await eventually(() => order.length === 80);
    const lastFresh = order.lastIndexOf('fresh');
    const between = order.slice(0, lastFresh).join(' ').split('fresh');
    const retries = between.map((part) => part.split('retry').length - 1);
    expect(Math.max(...retries)).toBeLessThanOrEqual(concurrency);
    // Nor do the fresh ones keep the retries waiting.
    expect(order.slice(0, 40).filter((kind) => kind === 'retry').length).toBeGreaterThanOrEqual(15);
  });
}

test('a quiet endpoint does not wait for the backlog of a busy one', async ({ open, prefix, closing }) => {
  const client = await open('producer');
  const producer = createProducer(client, prefix);
  const BACKLOG = 3_000;
  for (let n = 0; n < BACKLOG; n += 1_000) await producer.enqueue(deliveries('busy', 1_000));
  const consumer = await open('consumer');
  let busy = 0;
  const took: number[] = [];
  const quiet = Array.from({ length: 20 }, (_, n) => `quiet-${n}`);
  for (const name of quiet) {
    closing(
      consume(consumer, prefix, name, async () => {
        took.push(busy);
        return ok;
      }),
    );
  }
  closing(
    consume(
      consumer,
      prefix,
      'busy',
      async () => {
        busy++;
        return ok;
      },
      { concurrency: 200 },
    ),
  );
  await eventually(() => busy > 0);
  const before = busy;
  await producer.enqueue(quiet.map((name) => aDelivery(name)));
  await eventually(() => took.length === quiet.length);
  // In deliveries of the busy one: a wait for its backlog would be thousands.
  expect(Math.max(...took) - before).toBeLessThan(BACKLOG / 2);
  await eventually(() => busy === BACKLOG);
});
