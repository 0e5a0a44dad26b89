/** While Redis cannot take an event the answer is 503, and the sender keeps it. */
import { eventually, inTime, redisUrl, startRedis, startTcpProxy } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { anEvent, endpoints, envelope } from './testing/events.js';
import { type Answer, startIngest, type TestIngest } from './testing/ingest.js';

/** The answer within so many milliseconds, and the one record beside it. */
async function expect503(ingest: TestIngest, error: string, body: unknown = envelope(anEvent()), ms = 5_000) {
  const before = ingest.records().length;
  const answer = await inTime(ingest.post(body), ms);
  expect(answer).toMatchObject({ status: 503, json: { error, message: expect.any(String) } });
  expect(answer.headers.get('retry-after')).toBe('5');
  const refused = { level: 'warn', record: 'event.refused', status: 503, reason: error };
  expect(ingest.records().slice(before)).toMatchObject([refused]);
}

const takenAgain = (ingest: TestIngest, body: unknown): Promise<Answer> =>
  eventually(
    () => ingest.post(body),
    ({ status }) => status === 202,
    { every: 100 },
  );

test('Redis gone: 503 within a second, and 202 again when it is back, without a restart', async () => {
  const redis = await startRedis();
  const ingest = await startIngest(endpoints('one', 'two'), { redis: redis.url });
  const event = anEvent();
  await ingest.post(envelope(event));
  await redis.kill();
  await expect503(ingest, 'QUEUE_UNAVAILABLE', envelope(anEvent()), 1_000);
  // What cannot be read cannot be kept either: a 202 would be a lie.
  await expect503(ingest, 'QUEUE_UNAVAILABLE', '{', 1_000);
  await redis.restart();
  const body = envelope(anEvent());
  expect((await takenAgain(ingest, body)).json).toMatchObject({ accepted: 1, enqueued: 2 });
});

test('Redis hung: 503 within five seconds, and 202 again when it resumes', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.resume());
  const ingest = await startIngest(endpoints('one'), { redis: redis.url });
  await ingest.post(envelope(anEvent()));
  redis.pause();
  const body = envelope(anEvent());
  await expect503(ingest, 'QUEUE_UNAVAILABLE', body, 5_000);
  redis.resume();
  // It may have been written after all. Nothing has counted it yet, so it is no duplicate.
  expect((await takenAgain(ingest, body)).json).toMatchObject({ enqueued: 1, duplicates: 0 });
  expect(await ingest.stored()).toMatchObject({ deliveries: 2 });
});

test('Redis over 80 % of its maxmemory: 503, and 202 again when there is room', async () => {
  const redis = await startRedis({ maxmemory: '16mb' });
  const ingest = await startIngest(endpoints('one'), { redis: redis.url });
  await redis.cli('SETRANGE', 'ballast', String(13 * 2 ** 20), 'x');
  // A look that is under way may have asked before.
  await eventually(async () => (await ingest.monitor.check()).full);
  await expect503(ingest, 'QUEUE_FULL');
  await expect503(ingest, 'QUEUE_FULL', '{');
  // Nothing to store, so nothing to refuse.
  expect((await ingest.post('')).status).toBe(200);
  await redis.cli('DEL', 'ballast');
  await takenAgain(ingest, envelope(anEvent()));
});

test('Redis that filled up since the last look: 503 as well', async () => {
  const redis = await startRedis();
  const ingest = await startIngest(endpoints('one'), { redis: redis.url });
  await ingest.post(envelope(anEvent()));
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1mb');
  await expect503(ingest, 'QUEUE_FULL');
  await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
  await takenAgain(ingest, envelope(anEvent()));
});

test('Redis with an eviction policy: 503 until it is fixed', async () => {
  const redis = await startRedis({ maxmemory: '64mb', settings: { 'maxmemory-policy': 'allkeys-lru' } });
  const ingest = await startIngest(endpoints('one'), { redis: redis.url });
  await ingest.monitor.check();
  await expect503(ingest, 'QUEUE_UNSAFE');
  await redis.cli('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await takenAgain(ingest, envelope(anEvent()));
});

test('a request that was taken in part is completed by the same request, and nothing is repeated', async () => {
  const ingest = await startIngest(endpoints('one', 'two'));
  const [event, more] = [anEvent(), anEvent()];
  await ingest.post(envelope(event));
  await ingest.apply(endpoints('one', 'two', 'three'));
  const answer = await ingest.post(envelope(event, more));
  expect(answer.json).toMatchObject({ accepted: 2, enqueued: 4, duplicates: 2 });
  expect(await ingest.stored()).toEqual({ deliveries: 6, quarantined: 0 });
});

test('a request that Redis takes in part is answered 503, and enqueued adds up in the metrics once it is sent again', async () => {
  const proxy = await startTcpProxy(Number(new URL(redisUrl()).port));
  const names = Array.from({ length: 20 }, (_, n) => `e${n}`);
  const ingest = await startIngest(endpoints(...names), { redis: `redis://127.0.0.1:${proxy.port}` });
  const large = () => envelope({ ...anEvent(), actor: { name: 'x'.repeat(2 ** 20) } });
  await ingest.post(envelope(anEvent()));
  // Deliveries are compact, so one fan-out is weighed first. Three deliveries of an event of a megabyte make a part.
  const passed = proxy.passed();
  await ingest.post(large());
  const deliveryBytes = (proxy.passed() - passed) / 20;
  const before = ingest.records().length;
  const body = large();
  proxy.breakAfter(7.5 * deliveryBytes);
  expect((await ingest.post(body)).status).toBe(503);
  const records = ingest.records().slice(before);
  const enqueued = Number(records[0]?.enqueued);
  expect(enqueued).toBeGreaterThan(0);
  expect(records).toMatchObject([
    { record: 'event.received', accepted: 1, enqueued, duplicates: 0, missing: 20 - enqueued },
    { record: 'event.refused', status: 503, reason: 'QUEUE_UNAVAILABLE' },
  ]);
  expect((await takenAgain(ingest, body)).json).toMatchObject({
    enqueued: 20 - enqueued,
    duplicates: enqueued,
  });
  const { body: metrics } = await ingest.observer.metrics();
  const counted = [...metrics.matchAll(/^registry_notifications_events_total\{type="Events".*\} (\d+)$/gm)];
  expect(counted.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(60);
  expect(await ingest.stored()).toMatchObject({ deliveries: 60 });
});
