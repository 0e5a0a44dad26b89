import { eventually, startRedis } from '@longshore/testkit';
import { expect } from 'vitest';
import { createInspector } from '../inspector.js';
import { queueKey } from '../names.js';
import { createProducer } from '../producer.js';
import { aDelivery, consume, dead, ok } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { scriptCalls } from '../testing/script-calls.js';

const COUNT = 60;
const some = () => Array.from({ length: COUNT }, () => aDelivery('a'));

/** Holds attempts until all of them are there and `beforehand` is done; then they end in one turn. */
function gathering(count: number, beforehand: () => Promise<unknown>) {
  let open: () => void = () => {};
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  let here = 0;
  return async () => {
    here++;
    if (here === count) void beforehand().then(open);
    await all;
  };
}

test('what ends in one turn is settled by one script', async ({ open, prefix, closing }) => {
  const { url } = await startRedis();
  const client = await open('producer', { url });
  await createProducer(client, prefix).enqueue(some());
  let before = 0;
  const gathered = gathering(COUNT, async () => {
    before = await scriptCalls(client);
  });
  const handle = async () => {
    await gathered();
    return ok;
  };
  closing(consume(await open('consumer', { url }), prefix, 'a', handle, { concurrency: COUNT }));
  const inspector = createInspector(client, prefix);
  await eventually(
    () => inspector.counts('a'),
    ({ waiting, active }) => waiting + active === 0,
  );
  expect(await client.zcard(queueKey(prefix, 'a', 'completed'))).toBe(COUNT);
  // Looks are among them, and one question to the agenda each second.
  expect((await scriptCalls(client)) - before).toBeLessThan(COUNT / 2);
});

test('one that cannot be settled keeps none of the others, which are settled once', async ({
  open,
  prefix,
  closing,
}) => {
  const client = await open('producer');
  const deliveries = some();
  await createProducer(client, prefix).enqueue(deliveries);
  const damaged = deliveries[COUNT / 2]?.id ?? '';
  const gathered = gathering(COUNT, () => client.set(queueKey(prefix, 'a', damaged), 'no hash'));
  const dying = new Set(deliveries.slice(-20).map(({ id }) => id));
  const attempts: string[] = [];
  const handle = async ({ id }: { id: string }) => {
    attempts.push(id);
    await gathered();
    return dying.has(id) ? dead : ok;
  };
  const errors: string[] = [];
  const onError = (error: Error) => void errors.push(error.message);
  const consumer = closing(
    consume(await open('consumer'), prefix, 'a', handle, { concurrency: COUNT, onError }),
  );
  const ended = async () => ({
    completed: await client.zcard(queueKey(prefix, 'a', 'completed')),
    failed: await client.zcard(queueKey(prefix, 'a', 'failed')),
  });
  await eventually(ended, ({ completed, failed }) => completed === COUNT - 21 && failed === 20);
  await eventually(
    async () => errors,
    (heard) => heard.some((message) => message.includes('WRONGTYPE')),
  );
  expect(await client.lrange(queueKey(prefix, 'a', 'active'), 0, -1)).toEqual([damaged]);
  await consumer.close(0);
  expect(attempts).toHaveLength(COUNT);
});
