import { eventually, startRedis } from '@longshore/testkit';
import { expect, onTestFinished } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createProducer } from '../producer.js';
import { aDelivery } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { createPulse, type NotedAttempt } from './pulse.js';
import { createPulseReader } from './pulse-reader.js';

const ok: NotedAttempt = { delivered: true };
const failed = (attempt = 1): NotedAttempt => ({
  delivered: false,
  attempt,
  status: 503,
  reason: 'http_503',
  detail: 'busy',
});
const MINUTE_MS = 60_000;
/** The start of a minute, so that what is a moment later is in the same one. */
const START = Date.UTC(2026, 10, 21, 3, 0);

/** A worker whose clock the test sets. */
function worker(client: RedisClient, prefix: string) {
  let now = START;
  const writer = createPulse(client, prefix, () => now);
  onTestFinished(() => writer.close());
  return {
    writer,
    at(time: number, ...attempts: NotedAttempt[]): Promise<void> {
      now = time;
      for (const attempt of attempts) writer.note('one', attempt);
      return writer.flush();
    },
  };
}

test('an endpoint that was never seen has zeros', async ({ open, prefix }) => {
  const [pulse] = await createPulseReader(await open('producer'), prefix).read(['one']);
  expect(pulse).toEqual({
    ...{ endpoint: 'one', waiting: 0, active: 0, delayed: 0, dead: 0 },
    ...{ pausedByOperator: false, failures: 0, minutes: [] },
  });
});

test('it fails since the first failure after a success, and a success clears it', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const reader = createPulseReader(client, prefix);
  const one = worker(client, prefix);
  await one.at(START, ok);
  await one.at(START + 1, failed(1));
  await one.at(START + 2, failed(2), failed(3));
  expect((await reader.read(['one']))[0]).toMatchObject({
    lastDeliveredAt: START,
    failingSince: START + 1,
    lastFailedAt: START + 2,
    failures: 3,
    lastError: { at: START + 2, attempt: 3, status: 503, reason: 'http_503', detail: 'busy' },
  });
  await one.at(START + 3, ok);
  const [pulse] = await reader.read(['one']);
  expect(pulse).toMatchObject({ lastDeliveredAt: START + 3, failures: 0, lastError: { attempt: 3 } });
  expect(pulse?.failingSince).toBeUndefined();
});

test('within one write the order of the attempts counts, also in the same millisecond', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const reader = createPulseReader(client, prefix);
  const one = worker(client, prefix);
  await one.at(START, failed(), failed(), ok);
  expect((await reader.read(['one']))[0]?.failingSince).toBeUndefined();
  await one.at(START, ok, failed());
  expect((await reader.read(['one']))[0]).toMatchObject({ failingSince: START, failures: 1 });
});

test('of two workers the times decide, not who writes first', async ({ open, prefix }) => {
  const client = await open('producer');
  const reader = createPulseReader(client, prefix);
  const [one, two] = [worker(client, prefix), worker(client, prefix)];
  await one.at(START + 100, failed(1));
  await two.at(START + 50, failed(1));
  expect((await reader.read(['one']))[0]).toMatchObject({ failingSince: START + 50, failures: 2 });
  // A success between the two: only what came after it counts.
  await two.at(START + 70, ok);
  expect((await reader.read(['one']))[0]).toMatchObject({ failingSince: START + 100, failures: 1 });
  // An old failure that is noted late changes nothing.
  await two.at(START + 60, failed(1));
  expect((await reader.read(['one']))[0]).toMatchObject({ failingSince: START + 100, failures: 1 });
  await one.at(START + 200, ok);
  expect((await reader.read(['one']))[0]?.failingSince).toBeUndefined();
});

test('attempts are counted by minute, over all workers, for an hour', async ({ open, prefix }) => {
  const client = await open('producer');
  const reader = createPulseReader(client, prefix);
  const [one, two] = [worker(client, prefix), worker(client, prefix)];
  await one.at(START, ok, ok, failed());
  await two.at(START + 1, ok);
  await two.at(START + MINUTE_MS, ok);
  expect((await reader.read(['one']))[0]?.minutes).toEqual([
    { at: START, delivered: 3, failed: 1 },
    { at: START + MINUTE_MS, delivered: 1, failed: 0 },
  ]);
  await one.at(START + 60 * MINUTE_MS, ok);
  expect((await reader.read(['one']))[0]?.minutes.map(({ at }) => at)).toEqual([
    START + MINUTE_MS,
    START + 60 * MINUTE_MS,
  ]);
});

test('what is noted while Redis is unavailable is written when it is back', async ({ open, prefix }) => {
  const redis = await startRedis({ appendonly: true });
  const client = await open('producer', { url: redis.url });
  const one = worker(client, prefix);
  await one.at(START, ok, failed());
  await redis.kill();
  await eventually(() => client.status !== 'ready');
  await one.at(START + 1, failed(), failed());
  await redis.restart();
  await eventually(() => client.status === 'ready');
  // By the writer's own clockwork.
  const reader = createPulseReader(client, prefix);
  await eventually(
    () => reader.read(['one']),
    ([pulse]) => pulse?.failures === 3,
  );
  expect((await reader.read(['one']))[0]).toMatchObject({ failingSince: START, lastFailedAt: START + 1 });
});

test('a write that Redis refuses is made again, and the attempts of the meantime count', async ({
  open,
  prefix,
}) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  const one = worker(client, prefix);
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
  await one.at(START, failed(1));
  await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
  await one.at(START + 5, failed(2));
  // Both at once, unless the writer's own clockwork was refused in between: then the first comes with its next turn.
  const reader = createPulseReader(client, prefix);
  const [pulse] = await eventually(
    () => reader.read(['one']),
    ([seen]) => seen?.failures === 2,
  );
  expect(pulse).toMatchObject({ failingSince: START, failures: 2, lastFailedAt: START + 5 });
});

test('the oldest is found among waiting and delayed ones, in whatever order they are', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const deliveries = Array.from({ length: 30 }, () => aDelivery('one'));
  await createProducer(client, prefix).enqueue(deliveries);
  const key = `${prefix}:{one}:`;
  const ids = deliveries.map(({ id }) => id);
  for (const [at, id] of ids.entries()) await client.hset(key + id, 'timestamp', START + at);
  const reader = createPulseReader(client, prefix);
  expect((await reader.read(['one']))[0]).toMatchObject({ waiting: 30, oldestAt: START });
  // The oldest has failed most often, so it is the last that is due.
  await client.lrem(`${key}wait`, 1, ids[0] ?? '');
  await client.zadd(`${key}delayed`, 1, ids[1] ?? '', 2, ids[0] ?? '');
  expect((await reader.read(['one']))[0]).toMatchObject({ waiting: 29, delayed: 2, oldestAt: START });
});

test('of a long queue both ends are looked at, and the answer is never older than the truth', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const key = `${prefix}:{one}:`;
  const ids = Array.from({ length: 90 }, (_, at) => `job-${at}`);
  const fill = client.pipeline();
  for (const id of ids) fill.rpush(`${key}wait`, id).hset(key + id, 'timestamp', START);
  await fill.exec();
  const reader = createPulseReader(client, prefix);
  const oldestWith = async (id: string | undefined) => {
    await client.hset(`${key}${id}`, 'timestamp', START - 1);
    const [pulse] = await reader.read(['one']);
    await client.hset(`${key}${id}`, 'timestamp', START);
    return pulse?.oldestAt;
  };
  expect([await oldestWith(ids[0]), await oldestWith(ids[89])]).toEqual([START - 1, START - 1]);
  expect(await oldestWith(ids[45])).toBe(START);
});

test('a queue that an operator has paused is reported, and endpoints come back in order', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  await createProducer(client, prefix).enqueue([aDelivery('a b'), aDelivery('c')]);
  await client.hset(`${prefix}:{c}:meta`, 'paused', 1);
  const pulses = await createPulseReader(client, prefix).read(['c', 'none', 'a b']);
  expect(
    pulses.map(({ endpoint, waiting, pausedByOperator }) => [endpoint, waiting, pausedByOperator]),
  ).toEqual([
    ['c', 1, true],
    ['none', 0, false],
    ['a b', 1, false],
  ]);
});

test('without Redis a look is refused at once', async ({ open, prefix }) => {
  const redis = await startRedis();
  const client = await open('producer', { url: redis.url });
  await redis.kill();
  await eventually(() => client.status !== 'ready');
  await expect(createPulseReader(client, prefix).read(['one'])).rejects.toMatchObject({
    code: 'QUEUE_UNAVAILABLE',
  });
});
