import { type AddressInfo, createServer, connect as dial } from 'node:net';
import { eventually, inTime, redisUrl, startRedis } from '@longshore/testkit';
import { describe, expect, onTestFinished } from 'vitest';
import { createInspector } from './inspector.js';
import { createProducer } from './producer.js';
import { aDelivery } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';

describe('enqueue', () => {
  test('every delivery waits in the queue of its endpoint', async ({ open, prefix }) => {
    const client = await open('producer');
    const enqueued = await createProducer(client, prefix).enqueue([
      aDelivery('a'),
      aDelivery('a'),
      aDelivery('b'),
    ]);
    expect(enqueued.map(({ duplicate }) => duplicate)).toEqual([false, false, false]);
    const inspector = createInspector(client, prefix);
    expect(await inspector.counts('a')).toEqual({ waiting: 2, active: 0, delayed: 0, dead: 0 });
    expect(await inspector.counts('b')).toMatchObject({ waiting: 1 });
  });

  test('an endpoint is known as one that has a queue as soon as something is in it', async ({
    open,
    prefix,
  }) => {
    const client = await open('producer');
    await createProducer(client, prefix).enqueue([aDelivery('a'), aDelivery('b')]);
    expect((await createInspector(client, prefix).known()).sort()).toEqual(['a', 'b']);
  });

  test('the same delivery again is a duplicate and is stored once', async ({ open, prefix }) => {
    const client = await open('producer');
    const producer = createProducer(client, prefix);
    const delivery = aDelivery('a');
    await producer.enqueue([delivery]);
    expect(await producer.enqueue([delivery])).toEqual([{ delivery, duplicate: true }]);
    expect(await createInspector(client, prefix).counts('a')).toMatchObject({ waiting: 1 });
  });

  test('the same event twice in one request is one delivery and one duplicate', async ({ open, prefix }) => {
    const client = await open('producer');
    const delivery = aDelivery('a');
    const enqueued = await createProducer(client, prefix).enqueue([delivery, delivery]);
    expect(enqueued.map(({ duplicate }) => duplicate)).toEqual([false, true]);
  });

  test('a request that was cut short is completed by the same request again', async ({ open, prefix }) => {
    const producer = createProducer(await open('producer'), prefix);
    const deliveries = ['a', 'b', 'c'].map((endpoint) => aDelivery(endpoint, 'one-event'));
    await producer.enqueue(deliveries.slice(0, 1));
    const again = await producer.enqueue(deliveries);
    expect(again.map(({ duplicate }) => duplicate)).toEqual([true, false, false]);
  });

  test('ten events for five endpoints cost one round trip', async ({ open, prefix }) => {
    const proxy = await countingProxy(Number(new URL(redisUrl()).port));
    const client = await open('producer', { url: `redis://127.0.0.1:${proxy.port}` });
    const producer = createProducer(client, prefix);
    const endpoints = ['a', 'b', 'c', 'd', 'e'];
    await producer.enqueue(endpoints.map((endpoint) => aDelivery(endpoint))); // opens the queues
    const before = proxy.roundTrips();
    const events = Array.from({ length: 10 }, (_, n) => `event-${n}`);
    await producer.enqueue(events.flatMap((id) => endpoints.map((endpoint) => aDelivery(endpoint, id))));
    expect(proxy.roundTrips() - before).toBe(1);
  });

  test('to collapse equal facts costs no round trip more', async ({ open, prefix }) => {
    const proxy = await countingProxy(Number(new URL(redisUrl()).port));
    const client = await open('producer', { url: `redis://127.0.0.1:${proxy.port}` });
    const producer = createProducer(client, prefix);
    await producer.enqueue([aDelivery('a')]);
    const fact = { id: 'fact', subject: 'subject', repository: 'repository' };
    const collapse = { fact, window: 10_000 };
    const deliveries = Array.from({ length: 10 }, () => ({ ...aDelivery('a'), collapse }));
    const before = proxy.roundTrips();
    const enqueued = await producer.enqueue(deliveries);
    expect(proxy.roundTrips() - before).toBe(1);
    expect(enqueued.filter(({ collapsedInto }) => collapsedInto === deliveries[0]?.id)).toHaveLength(9);
  });

  test('a very large request goes out in parts, and all of it is there', async ({ open, prefix }) => {
    const client = await open('producer');
    const deliveries = Array.from({ length: 1_200 }, () => aDelivery('a'));
    const enqueued = await createProducer(client, prefix).enqueue(deliveries, { bytes: 100_000 });
    expect(enqueued.map(({ delivery }) => delivery)).toEqual(deliveries);
    expect(await createInspector(client, prefix).counts('a')).toMatchObject({ waiting: 1_200 });
  });

  test('requests at the same time share a round trip', async ({ open, prefix }) => {
    const proxy = await countingProxy(Number(new URL(redisUrl()).port));
    const producer = createProducer(
      await open('producer', { url: `redis://127.0.0.1:${proxy.port}` }),
      prefix,
    );
    await producer.enqueue([aDelivery('a')]);
    const before = proxy.roundTrips();
    await Promise.all(Array.from({ length: 20 }, () => producer.enqueue([aDelivery('a')])));
    expect(proxy.roundTrips() - before).toBe(1);
  });
});

describe('without Redis', () => {
  test('a write fails within a second, and works again without a new producer', async ({ open, prefix }) => {
    const redis = await startRedis({ appendonly: true });
    const producer = createProducer(await open('producer', { url: redis.url }), prefix);
    await producer.enqueue([aDelivery('a')]);
    await redis.kill();
    const refused = inTime(producer.enqueue([aDelivery('a'), aDelivery('new')]), 1_000);
    await expect(refused).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    await redis.restart();
    await eventually(() => producer.enqueue([aDelivery('a'), aDelivery('new')]));
  });

  test('a Redis that hangs fails a write within five seconds', async ({ open, prefix }) => {
    const redis = await startRedis();
    const producer = createProducer(await open('producer', { url: redis.url }), prefix);
    await producer.enqueue([aDelivery('a')]);
    redis.pause();
    onTestFinished(() => redis.resume());
    const refused = inTime(producer.enqueue([aDelivery('a')]), 5_000);
    await expect(refused).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
  });

  test('a Redis at its maxmemory says so, and stores nothing in part', async ({ open, prefix }) => {
    const redis = await startRedis({ maxmemory: '3mb' });
    const client = await open('producer', { url: redis.url });
    const producer = createProducer(client, prefix);
    await producer.enqueue([aDelivery('a')]);
    await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
    await expect(producer.enqueue([aDelivery('a')])).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    expect(await createInspector(client, prefix).counts('a')).toMatchObject({ waiting: 1 });
  });
});

/**
 * A TCP proxy before Redis that counts round trips: how often something was asked after an answer. Questions
 * are held back for a moment, so that code that waits for an answer before the next one is found out.
 */
async function countingProxy(target: number): Promise<{ port: number; roundTrips(): number }> {
  let asked = 0;
  let answered = true;
  const server = createServer((socket) => {
    const upstream = dial(target, '127.0.0.1');
    socket.on('data', (chunk) => {
      if (answered) asked++;
      answered = false;
      setTimeout(() => upstream.write(chunk), 30);
    });
    upstream.on('data', (chunk) => {
      answered = true;
      socket.write(chunk);
    });
    for (const end of [socket, upstream]) end.on('error', () => {}).on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, roundTrips: () => asked };
}
