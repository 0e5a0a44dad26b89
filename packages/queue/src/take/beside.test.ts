/** The loop beside BullMQ itself: workers of the previous version, and boards. */
import { eventually } from '@longshore/testkit';
import { type Job, Queue, Worker } from 'bullmq';
import { expect, onTestFinished } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import { JOB_OPTIONS } from '../job.js';
import { queueName } from '../names.js';
import { createProducer } from '../producer.js';
import { aDelivery, consume, dead, ok, retryIn } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { createAgenda } from './agenda.js';

const deliveries = (endpoint: string, count: number) =>
  Array.from({ length: count }, () => aDelivery(endpoint));

/** As the previous version has it: a Worker for each endpoint, which counts attempts and knows nothing of an agenda. */
function previousWorker(
  client: RedisClient,
  prefix: string,
  endpoint: string,
  handle: (job: Job) => Promise<unknown>,
): Worker {
  const worker = new Worker(
    queueName(endpoint),
    async (job) => {
      Object.assign(job.opts, JOB_OPTIONS);
      return handle(job);
    },
    {
      ...{ connection: client, prefix, concurrency: 4, lockDuration: 5_000, stalledInterval: 5_000 },
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      removeOnComplete: { age: 86_400, count: 10_000 },
      settings: { backoffStrategy: () => 20 },
    },
  );
  worker.on('error', () => {});
  onTestFinished(() => worker.close(true));
  return worker;
}

/** A board's queue object, which knows nothing of an agenda. */
function foreignBoard(client: RedisClient, prefix: string, endpoint: string): Queue {
  const queue = new Queue(queueName(endpoint), { connection: client, prefix });
  queue.on('error', () => {});
  onTestFinished(() => queue.close());
  return queue;
}

test('a worker of the previous version works beside the loop: each delivery once, within the concurrency', async ({
  open,
  prefix,
  closing,
}) => {
  const COUNT = 120;
  const client = await open('producer');
  const settled: string[] = [];
  const by = { loop: 0, worker: 0 };
  let active = 0;
  let most = 0;
  const work = async (id: string, who: keyof typeof by, attempts: number): Promise<'failed' | 'done'> => {
    most = Math.max(most, ++active);
    by[who]++;
    await new Promise((resolve) => setTimeout(resolve, 5));
    active--;
    if (attempts === 0) return 'failed';
    settled.push(id);
    return 'done';
  };
  const handle = async (_: unknown, { id, number }: { id: string; number: number }) =>
    (await work(id, 'loop', number - 1)) === 'done' ? ok : retryIn(20);
  closing(consume(await open('consumer'), prefix, 'a', handle, { concurrency: 4 }));
  const worker = previousWorker(await open('consumer'), prefix, 'a', async ({ id = '', attemptsMade }) => {
    if ((await work(id, 'worker', attemptsMade)) === 'failed') throw new Error('http_503');
    return { settled: 'delivered' };
  });
  await worker.waitUntilReady();
  const all = deliveries('a', COUNT);
  const producer = createProducer(client, prefix);
  for (let n = 0; n < COUNT; n += 20) await producer.enqueue(all.slice(n, n + 20));
  await eventually(() => settled.length >= COUNT);
  const inspector = createInspector(client, prefix);
  await eventually(
    () => inspector.counts('a'),
    ({ waiting, active: running, delayed }) => waiting + running + delayed === 0,
  );
  expect(settled.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
  expect(most).toBeLessThanOrEqual(4);
  expect(by.loop).toBeGreaterThan(0);
  expect(by.worker).toBeGreaterThan(0);
});

test('what a worker of the previous version had in flight when it died runs again, without a lost attempt', async ({
  open,
  prefix,
  closing,
}) => {
  const client = await open('producer');
  const old = await open('consumer');
  let hung = 0;
  const worker = previousWorker(old, prefix, 'a', () => {
    hung++;
    return new Promise(() => {});
  });
  await worker.waitUntilReady();
  await createProducer(client, prefix).enqueue(deliveries('a', 3));
  await eventually(() => hung === 3);
  // As if it had been killed: nothing renews its locks.
  await worker.close(true);
  const numbers: number[] = [];
  const handle = async (_: unknown, { number }: { number: number }) => {
    numbers.push(number);
    return ok;
  };
  closing(consume(await open('consumer'), prefix, 'a', handle));
  await eventually(() => numbers.length === 3);
  expect(numbers).toEqual([1, 1, 1]);
});

test("a board's pause, resume, retry and promote are heeded at once", async ({ open, prefix, closing }) => {
  const client = await open('producer');
  const producer = createProducer(client, prefix);
  const inspector = createInspector(client, prefix);
  const board = inspector.boardQueue('a');
  let verdict = dead;
  const taken: string[] = [];
  const handle = async (_: unknown, { id }: { id: string }) => {
    taken.push(id);
    return verdict;
  };
  closing(consume(await open('consumer'), prefix, 'a', handle));
  const [first, second] = deliveries('a', 2);
  if (!first || !second) throw new Error('no deliveries');
  await producer.enqueue([first]);
  await eventually(
    () => inspector.counts('a'),
    (counts) => counts.dead === 1,
  );
  verdict = retryIn(3_600_000);
  await (await board.getJob(first.id))?.retry('failed');
  await eventually(
    () => inspector.counts('a'),
    ({ delayed }) => delayed === 1,
  );
  verdict = ok;
  await (await board.getJob(first.id))?.promote();
  await eventually(
    () => board.getCompletedCount(),
    (count) => count === 1,
  );
  await board.pause();
  await producer.enqueue([second]);
  expect(await inspector.counts('a')).toMatchObject({ waiting: 1 });
  await board.resume();
  await eventually(() => taken.length === 4);
});

test('what another board did, and a lost entry, is found by the sweep', async ({ open, prefix, closing }) => {
  const client = await open('producer');
  const producer = createProducer(client, prefix);
  const agenda = createAgenda(client, prefix);
  let done = 0;
  const handle = async () => {
    done++;
    return ok;
  };
  closing(consume(await open('consumer'), prefix, 'a', handle));
  const board = foreignBoard(client, prefix, 'a');
  await board.pause();
  await producer.enqueue(deliveries('a', 2));
  await eventually(
    () => client.exists(`${prefix}:{~agenda}:endpoints`),
    (there) => there === 0,
  );
  await board.resume();
  await agenda.sweep();
  await eventually(() => done === 2);
  // Nothing is left: the entry goes with the next look.
  await eventually(
    () => client.exists(`${prefix}:{~agenda}:endpoints`),
    (there) => there === 0,
  );
  await agenda.sweep();
  expect(await client.exists(`${prefix}:{~agenda}:endpoints`)).toBe(0);
});
