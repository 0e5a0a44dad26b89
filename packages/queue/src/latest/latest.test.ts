import { expect, test } from 'vitest';
import { queueKey } from '../names.js';
import { createProducer, type PlannedDelivery } from '../producer.js';
import { aDelivery } from '../testing/deliveries.js';
import { redisTest } from '../testing/redis-test.js';
import { latestArguments } from './latest.js';

type Some = Partial<PlannedDelivery> & { time?: string };

/** A push; what the endpoint has is given with it. */
function aPush({ time, ...some }: Some = {}): PlannedDelivery {
  const delivery: PlannedDelivery = { ...aDelivery('a'), latest: true, ...some };
  return time === undefined ? delivery : { ...delivery, payload: { event: { timestamp: time } } };
}

const timeOf = (time: string | undefined, some: Some = {}): string | undefined =>
  latestArguments(aPush({ receivedAt: 1_700_000_000_000, time, ...some }), false)?.time;

test('times of events are compared to the nanosecond, wherever they were written', () => {
  const times = [
    '2024-01-02T03:04:05Z',
    '2024-01-02T03:04:05.000000001Z',
    '2024-01-02T04:04:05.0001+01:00',
    '2024-01-01T22:04:05.001-05:00',
    '2024-01-02T03:04:05.0010001Z',
  ].map((time) => timeOf(time) ?? '');
  expect(times.toSorted()).toEqual(times);
  expect(new Set(times).size).toBe(times.length);
  expect(timeOf('2024-01-02T03:04:05.100Z')).toBe(timeOf('2024-01-02T04:04:05.1+01:00'));
  expect(times.map(({ length }) => length)).toEqual(Array(5).fill(20));
});

test('without a time that can be read, the time of receipt counts', () => {
  const receipt = timeOf(undefined);
  expect(timeOf('yesterday')).toBe(receipt);
  expect(receipt).toBe(timeOf(new Date(1_700_000_000_000).toISOString()));
  expect(timeOf(undefined, { timestamp: '2024-01-02T03:04:05Z' })).toBe(timeOf('2024-01-02T03:04:05Z'));
});

test('a subject is source, repository, tag and action; an event without a tag has none', () => {
  const { view, source } = aPush();
  const keys = [
    aPush(),
    aPush({ source: `${source}2` }),
    ...[{ repository: 'acme/other' }, { tag: '2.0' }, { action: 'delete' }].map((other) =>
      aPush({ view: { ...view, ...other } }),
    ),
  ].map((delivery) => latestArguments(delivery, false)?.key);
  expect(new Set(keys).size).toBe(5);
  expect(latestArguments(aPush({ view: { ...view, digest: 'sha256:aa' } }), false)?.key).toBe(keys[0]);
  expect(latestArguments(aPush({ view: { ...view, tag: undefined } }), false)).toBeUndefined();
});

redisTest.for<[string, Some, number]>([
  ['takes its place', {}, 1],
  ['goes to the end where the endpoint has an order', { order: 'repository' }, 3],
])(
  'a newer delivery %s, and the body of the older one is gone',
  async ([, some, place], { open, prefix }) => {
    const client = await open('producer');
    const producer = createProducer(client, prefix);
    const others = ['2.0', '3.0', '4.0'].map((tag) =>
      aPush({ ...some, view: { action: 'push', repository: 'r', tag } }),
    );
    const [older, newer] = [aPush(some), aPush(some)];
    await producer.enqueue(
      [...others.slice(0, 1), older, ...others.slice(1)].map((delivery) => ({
        ...delivery,
        order: 'endpoint',
      })),
    );
    const bodies = await client.keys(`${prefix}:{~bodies}:*`);
    const [{ superseded } = { superseded: [] }] = await producer.enqueue([newer]);
    expect(superseded).toEqual([{ deliveryId: older.id, eventId: older.eventId }]);
    const wait = await client.lrange(queueKey(prefix, 'a', 'wait'), 0, -1);
    expect(wait.reverse().indexOf(newer.id)).toBe(place);
    const now = await client.keys(`${prefix}:{~bodies}:*`);
    expect(bodies.filter((key) => !now.includes(key))).toHaveLength(1);
    expect(await client.hget(queueKey(prefix, 'a', older.id), 'b')).toBeNull();
  },
);

redisTest('one that is older than what waits is known, and superseded at once', async ({ open, prefix }) => {
  const client = await open('producer');
  const producer = createProducer(client, prefix);
  const [newer, late] = [aPush({ time: '2024-01-01T00:00:03Z' }), aPush({ time: '2024-01-01T00:00:01Z' })];
  await producer.enqueue([newer]);
  expect(await producer.enqueue([late])).toMatchObject([{ duplicate: false, supersededBy: newer.id }]);
  expect(await client.lrange(queueKey(prefix, 'a', 'wait'), 0, -1)).toEqual([newer.id]);
  const again = await producer.enqueue([newer, late]);
  expect(again).toMatchObject([{ duplicate: true }, { duplicate: true }]);
  expect(again[1]).not.toHaveProperty('supersededBy');
});
