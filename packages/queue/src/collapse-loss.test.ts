/** A claim is there with its delivery and not without, and takes little. */
import { startRedis } from '@longshore/testkit';
import { describe, expect, onTestFinished } from 'vitest';
import { queueName } from './names.js';
import { createProducer } from './producer.js';
import { type Asked, enqueue, reported, WINDOW_MS, waiting } from './testing/facts.js';
import { redisTest as test } from './testing/redis-test.js';

describe('no loss', () => {
  test('a delivery that Redis refused leaves no claim', async ({ open, prefix }) => {
    const redis = await startRedis({ maxmemory: '3mb' });
    const client = await open('producer', { url: redis.url });
    const producer = createProducer(client, prefix);
    await enqueue(producer, reported({ target: { tag: 'opens the queue' } }));
    await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
    const first = reported();
    await expect(enqueue(producer, first)).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
    // english: allow told, a key that earlier versions write too
    expect(await redis.cli('KEYS', '*:told:*')).toHaveLength(1);
    const other = reported();
    expect(await enqueue(producer, other, first)).toEqual(['new', other.delivery.id]);
  });

  test('a write whose answer was lost is one delivery, no matter who reports the fact again', async ({
    open,
    prefix,
  }) => {
    const redis = await startRedis();
    const client = await open('producer', { url: redis.url });
    const producer = createProducer(client, prefix);
    await enqueue(producer, reported({ target: { tag: 'opens the queue' } }));
    redis.pause();
    onTestFinished(() => redis.resume());
    const first = reported();
    const lost = enqueue(producer, first);
    lost.catch(() => {});
    // The process is gone before the answer; what it wrote is in Redis' socket.
    await new Promise(setImmediate);
    client.disconnect();
    await expect(lost).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    redis.resume();
    const after = createProducer(await open('producer', { url: redis.url }), prefix);
    await enqueue(after, reported());
    await enqueue(after, first);
    expect(await waiting(await open('producer', { url: redis.url }), prefix)).toBe(2);
  });

  test('a delivery that retention has removed passes its own claim', async ({ open, prefix }) => {
    const client = await open('producer');
    const producer = createProducer(client, prefix);
    const first = reported();
    await enqueue(producer, first);
    await client.del(`${prefix}:${queueName('a')}:${first.delivery.id}`);
    expect(await enqueue(producer, first)).toEqual(['new']);
  });
});

describe('in Redis', () => {
  test('a fact takes two small keys of its endpoint, which expire with the window', async ({
    open,
    prefix,
  }) => {
    const client = await open('producer');
    const producer = createProducer(client, prefix);
    const long = 'x'.repeat(5_000);
    await enqueue(producer, reported({ target: { repository: long, tag: long, digest: long } }), reported());
    const keys = await client.keys(`${prefix}:${queueName('a')}:t*:*`);
    expect(keys).toHaveLength(4);
    for (const key of keys) {
      expect(await client.pttl(key)).toBeGreaterThan(0);
      expect(await client.pttl(key)).toBeLessThanOrEqual(WINDOW_MS);
      expect(await client.memory('USAGE', key)).toBeLessThan(300);
    }
  });

  test('the stored delivery is the same as without', async ({ open, prefix }) => {
    const client = await open('producer');
    const producer = createProducer(client, prefix);
    const [plain, collapsing] = [reported(), reported()];
    await producer.enqueue([plain.delivery]);
    await enqueue(producer, collapsing);
    const stored = ({ delivery }: Asked) => client.hgetall(`${prefix}:${queueName('a')}:${delivery.id}`);
    const [left, right] = await Promise.all([stored(plain), stored(collapsing)]);
    expect(Object.keys(right ?? {}).sort()).toEqual(Object.keys(left ?? {}).sort());
    expect([left?.opts, right?.opts]).toEqual(['{}', '{}']);
  });
});
