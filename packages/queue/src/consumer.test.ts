import { eventually, startRedis } from '@longshore/testkit';
import { describe, expect } from 'vitest';
import { createInspector } from './inspector.js';
import { lastAnswer } from './job.js';
import { createProducer } from './producer.js';
import { aDelivery, consume, dead, ok, retryIn, takeSettings } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';

describe('a verdict', () => {
  test('delivered: the delivery is handed over as it was queued and leaves the queue', async ({
    open,
    prefix,
    closing,
  }) => {
    const client = await open('producer');
    const delivery = aDelivery('a');
    const seen: unknown[] = [];
    await createProducer(client, prefix).enqueue([delivery]);
    const handle = async (taken: unknown, attempt: { number: number }) => {
      seen.push([taken, attempt.number]);
      return ok;
    };
    closing(consume(await open('consumer'), prefix, 'a', handle));
    const inspector = createInspector(client, prefix);
    await eventually(
      () => inspector.counts('a'),
      ({ waiting, active }) => waiting + active === 0,
    );
    expect(seen).toEqual([[delivery, 1]]);
  });

  test('retry: the delivery comes again after its delay, as the next attempt', async ({
    open,
    prefix,
    closing,
  }) => {
    await createProducer(await open('producer'), prefix).enqueue([aDelivery('a')]);
    const at: number[] = [];
    const handle = async (_: unknown, { number }: { number: number }) => {
      at.push(Date.now());
      return number < 3 ? retryIn(300) : ok;
    };
    closing(consume(await open('consumer'), prefix, 'a', handle));
    await eventually(() => at.length === 3);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(295);
  });

  test('retry: a delivery that waits for its next attempt blocks no other', async ({
    open,
    prefix,
    closing,
  }) => {
    const first = aDelivery('a');
    const others = Array.from({ length: 5 }, () => aDelivery('a'));
    const done: string[] = [];
    await createProducer(await open('producer'), prefix).enqueue([first, ...others]);
    const handle = async (_: unknown, { id }: { id: string }) => {
      if (id === first.id) return retryIn(60_000);
      done.push(id);
      return ok;
    };
    closing(consume(await open('consumer'), prefix, 'a', handle, { concurrency: 1 }));
    await eventually(() => done.length === others.length);
  });

  test('dead: the delivery is in the dead-letter set with its last answer', async ({
    open,
    prefix,
    closing,
  }) => {
    const client = await open('producer');
    await createProducer(client, prefix).enqueue([aDelivery('a')]);
    closing(consume(await open('consumer'), prefix, 'a', async () => dead));
    const inspector = createInspector(client, prefix);
    await eventually(
      () => inspector.counts('a'),
      (counts) => counts.dead === 1,
    );
    const [job] = await inspector.boardQueue('a').getFailed();
    expect(job?.failedReason).toBe('http_503: busy');
    expect(job && lastAnswer(job)).toMatchObject({
      attempt: 1,
      reason: 'http_503',
      status: 503,
      body: 'come back later',
    });
  });

  test('ignored: the delivery is finished, not dead', async ({ open, prefix, closing }) => {
    const client = await open('producer');
    await createProducer(client, prefix).enqueue([aDelivery('a')]);
    closing(consume(await open('consumer'), prefix, 'a', async () => ({ settle: 'ignored', rule: 'tag' })));
    const inspector = createInspector(client, prefix);
    const [job] = await eventually(
      () => inspector.boardQueue('a').getCompleted(),
      (jobs) => jobs.length === 1,
    );
    expect(job?.returnvalue).toMatchObject({ settled: 'ignored: tag', about: { source: 'distribution' } });
  });

  test('an attempt that throws is tried again and loses nothing', async ({ open, prefix, closing }) => {
    await createProducer(await open('producer'), prefix).enqueue([aDelivery('a')]);
    const attempts: number[] = [];
    const handle = async (_: unknown, { number }: { number: number }) => {
      attempts.push(number);
      if (number === 1) throw new Error('a fault');
      return ok;
    };
    closing(consume(await open('consumer'), prefix, 'a', handle));
    await eventually(() => attempts.length === 2);
  });
});

describe('concurrency', () => {
  test('it holds over all consumers of an endpoint together', async ({ open, prefix, closing }) => {
    await createProducer(await open('producer'), prefix).enqueue(
      Array.from({ length: 40 }, () => aDelivery('a')),
    );
    let active = 0;
    let most = 0;
    let done = 0;
    const handle = async () => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setTimeout(resolve, 20));
      active--;
      done++;
      return ok;
    };
    for (const client of [await open('consumer'), await open('consumer'), await open('consumer')]) {
      closing(consume(client, prefix, 'a', handle, { concurrency: 3 }));
    }
    await eventually(() => done === 40);
    expect(most).toBe(3);
  });
});

test('changed settings hold from the next delivery on', async ({ open, prefix, closing }) => {
  const client = await open('producer');
  const producer = createProducer(client, prefix);
  const inspector = createInspector(client, prefix);
  const done = () => inspector.boardQueue('a').getCompletedCount();
  const consumer = closing(consume(await open('consumer'), prefix, 'a', async () => ok));
  await producer.enqueue(Array.from({ length: 5 }, () => aDelivery('a')));
  await eventually(done, (count) => count === 5);
  consumer.update({ take: takeSettings({ concurrency: 2 }), delivered: { age: 86_400_000, count: 1 } });
  await producer.enqueue([aDelivery('a')]);
  await eventually(done, (count) => count === 1);
  await eventually(
    () => inspector.boardQueue('a').getGlobalConcurrency(),
    (concurrency) => concurrency === 2,
  );
});

test('a consumer that starts while Redis refuses writes works once Redis takes them', async ({
  open,
  prefix,
  closing,
}) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  await createProducer(client, prefix).enqueue([aDelivery('a')]);
  await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '1');
  const errors: string[] = [];
  let done = 0;
  const handle = async () => {
    done++;
    return ok;
  };
  const onError = (error: Error) => void errors.push(error.message);
  closing(consume(await open('consumer', { url: redis.url }), prefix, 'a', handle, { onError }));
  await eventually(() => errors.some((message) => message.includes('NOREPLICAS')));
  await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '0');
  await eventually(() => done === 1);
});

test('a full Redis is drained', async ({ open, prefix, closing }) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  await createProducer(client, prefix).enqueue(Array.from({ length: 30 }, () => aDelivery('a')));
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
  const handle = async (_: unknown, { number }: { number: number }) => (number === 1 ? retryIn(1) : ok);
  const errors: Error[] = [];
  const onError = (error: Error) => void errors.push(error);
  closing(consume(await open('consumer', { url: redis.url }), prefix, 'a', handle, { onError }));
  const inspector = createInspector(client, prefix);
  await eventually(
    () => inspector.boardQueue('a').getCompletedCount(),
    (count) => count === 30,
  );
  expect(errors).toEqual([]);
});

describe('close', () => {
  test('what is in flight is finished within the grace period', async ({ open, prefix }) => {
    const client = await open('producer');
    await createProducer(client, prefix).enqueue(Array.from({ length: 10 }, () => aDelivery('a')));
    let started = 0;
    let finished = 0;
    let goOn = (): void => {};
    const closing = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    // Each is in flight when it is closed, and takes a while longer.
    const handle = async () => {
      started++;
      await closing;
      await new Promise((resolve) => setTimeout(resolve, 300));
      finished++;
      return ok;
    };
    const consumer = consume(await open('consumer'), prefix, 'a', handle, { concurrency: 4 });
    await eventually(() => started === 4);
    const closed = consumer.close(10_000);
    goOn();
    await closed;
    expect([started, finished]).toEqual([4, 4]);
    expect(await createInspector(client, prefix).counts('a')).toMatchObject({ waiting: 6, active: 0 });
  });

  test('what is not finished in time is given back, and it was no attempt', async ({
    open,
    prefix,
    closing,
  }) => {
    const client = await open('producer');
    await createProducer(client, prefix).enqueue([aDelivery('a')]);
    const attempts: number[] = [];
    const hang = async (_: unknown, { number, signal }: { number: number; signal: AbortSignal }) => {
      attempts.push(number);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { settle: 'released' } as const;
    };
    const consumer = consume(await open('consumer'), prefix, 'a', hang);
    await eventually(() => attempts.length === 1);
    await consumer.close(50);
    expect(await createInspector(client, prefix).counts('a')).toMatchObject({ waiting: 1, active: 0 });
    closing(
      consume(await open('consumer'), prefix, 'a', async (_, { number }) => {
        attempts.push(number);
        return ok;
      }),
    );
    await eventually(() => attempts.length === 2);
    expect(attempts).toEqual([1, 1]);
  });
});
