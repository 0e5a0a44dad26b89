/** What was dead and waits again meets what was delivered meanwhile. */
import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import { settlementFrom } from '../job.js';
import { queueKey } from '../names.js';
import { createDeadLetters } from '../operate/dead-letters.js';
import { createProducer, type PlannedDelivery } from '../producer.js';
import type { TakeReport } from '../take/report.js';
import type { TakeSettings } from '../take/settings.js';
import { aDelivery, consume, dead, ok } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';

const hold = { after: 1, probeMs: 50, maxProbeMs: 50, forMs: 3_600_000, revive: true };
const batch = { events: 2, waitMs: 0, bytes: 1_000_000 };

const push = (at: number): PlannedDelivery => ({
  ...aDelivery('a'),
  latest: true,
  payload: { event: { timestamp: new Date(1_700_000_000_000 + at).toISOString() } },
});

/** The first of two pushes of a tag dies, the second is delivered. */
async function deadBeforeDelivered(
  client: RedisClient,
  consumer: RedisClient,
  prefix: string,
  take: Partial<TakeSettings>,
) {
  const [older, newer] = [push(1), push(2)];
  const producer = createProducer(client, prefix);
  const inspector = createInspector(client, prefix);
  const got: string[] = [];
  const reports: TakeReport[] = [];
  const handle = async ({ id }: { id: string }) => {
    got.push(id);
    return id === older.id ? dead : ok;
  };
  const onReport = (report: TakeReport) => void reports.push(report);
  const working = consume(consumer, prefix, 'a', handle, { take, onReport });
  await producer.enqueue([older]);
  const counts = () => inspector.counts('a');
  await eventually(counts, (now) => now.dead === 1);
  await producer.enqueue([newer]);
  await eventually(() => got.includes(newer.id));
  return {
    older,
    newer,
    got,
    reports,
    counts,
    working,
    letters: createDeadLetters(client, prefix, inspector),
  };
}

test.for<[string, Partial<TakeSettings>]>([
  ['retried', {}],
  ['retried where there are batches', { batch }],
  ['retried where there is an order', { order: 'repository' }],
  ['revived by a hold', { hold }],
  ['revived by a hold in a batch', { hold, batch }],
])(
  'one that is %s after a newer one was delivered is superseded',
  async ([, take], { open, prefix, closing }) => {
    const client = await open('producer');
    const some = await deadBeforeDelivered(client, await open('consumer'), prefix, take);
    const { older, newer, got, reports, counts, working, letters } = some;
    closing(working);
    if (!take.hold) expect(await letters.retry({}, 'a test')).toMatchObject({ done: 1 });
    await eventually(() => reports.some(({ what }) => what === 'superseded'));
    expect(reports.filter(({ what }) => what === 'superseded')).toEqual([
      { what: 'superseded', deliveryId: older.id, eventId: older.eventId, by: newer.id },
    ]);
    expect(got).toEqual([older.id, newer.id]);
    expect(await counts()).toEqual({ waiting: 0, active: 0, delayed: 0, dead: 0 });
    const key = (part: string): string => queueKey(prefix, 'a', part);
    expect(settlementFrom(await client.hget(key(older.id), 'returnvalue'))).toMatchObject({ by: newer.id });
    expect(await client.exists(key('~latest'))).toBe(0);
  },
);
