import { startRedis } from '@longshore/testkit';
import { expect } from 'vitest';
import { createInspector } from './inspector.js';
import { queueKey } from './names.js';
import { createProducer, EnqueueRefused } from './producer.js';
import { aDelivery } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';
import { scriptCalls } from './testing/script-calls.js';

const ENDPOINTS = ['a', 'b', 'c', 'd', 'e'];

test('the deliveries of one request, to whichever endpoints, are added by one script', async ({
  open,
  prefix,
}) => {
  const { url } = await startRedis();
  const client = await open('producer', { url });
  const producer = createProducer(client, prefix);
  await producer.enqueue(ENDPOINTS.map((endpoint) => aDelivery(endpoint)));
  const before = await scriptCalls(client);
  const events = ['one', 'two', 'three'];
  await producer.enqueue(events.flatMap((id) => ENDPOINTS.map((endpoint) => aDelivery(endpoint, id))));
  expect((await scriptCalls(client)) - before).toBe(1);
  const inspector = createInspector(client, prefix);
  for (const endpoint of ENDPOINTS) expect(await inspector.counts(endpoint)).toMatchObject({ waiting: 4 });
});

test('what is wrong with one endpoint refuses none of the others of its request', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const producer = createProducer(client, prefix);
  await producer.enqueue(ENDPOINTS.map((endpoint) => aDelivery(endpoint)));
  const wait = queueKey(prefix, 'c', 'wait');
  await client.del(wait);
  await client.set(wait, 'no list');
  const deliveries = ENDPOINTS.map((endpoint) => aDelivery(endpoint, 'one'));
  const refused = await producer.enqueue(deliveries).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(EnqueueRefused);
  const { enqueued, message } = refused as EnqueueRefused;
  expect(message).toContain('WRONGTYPE');
  expect(enqueued.map(({ delivery }) => delivery.endpoint)).toEqual(['a', 'b', 'd', 'e']);

  await client.del(wait);
  const again = await producer.enqueue(deliveries);
  expect(again.map(({ duplicate }) => duplicate)).toEqual([true, true, expect.any(Boolean), true, true]);
});
