import { eventually, startRedis } from '@longshore/testkit';
import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import { createProducer } from '../producer.js';
import { judge, type Verdict } from '../retry.js';
import { agendaKey, createAgenda, lowerAgenda } from '../take/agenda.js';
import type { TakeReport } from '../take/report.js';
import { bury } from '../testing/dead.js';
import { aDelivery, consume, ok } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { createHoldReader, createHoldSwitch, holdKey, holdOf } from './hold.js';
import { createRig } from './testing/rig.js';

const hold = { after: 1, probeMs: 50, maxProbeMs: 50, forMs: 3_600_000, revive: true };
const never = { ...hold, probeMs: 3_600_000, maxProbeMs: 3_600_000 };
const policy = { threshold: 2, backoff: 3_600_000, maxbackoff: 3_600_000, schedule: [] };

const refused = (probe: boolean): Verdict =>
  judge(policy, 1, { kind: 'retry', reason: 'refused', detail: 'connection refused' }, Date.now(), { probe });

async function enqueue(client: RedisClient, prefix: string, count: number): Promise<void> {
  const producer = createProducer(client, prefix);
  for (let n = 0; n < count; n += 500) {
    const size = Math.min(500, count - n);
    await producer.enqueue(Array.from({ length: size }, () => aDelivery('a')));
  }
}

/** Commands that Redis has run, those inside scripts included. */
async function commands(client: RedisClient): Promise<number> {
  const stats = await client.info('commandstats');
  return [...stats.matchAll(/:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

test('5,000 waiting deliveries of a held endpoint cost Redis nothing but the probe', async ({
  open,
  prefix,
  closing,
}) => {
  const { url } = await startRedis();
  const client = await open('producer', { url });
  await enqueue(client, prefix, 5_000);
  let probes = 0;
  const handle = async (_: unknown, { probe }: { probe: boolean }): Promise<Verdict> => {
    if (probe) probes += 1;
    return refused(probe);
  };
  closing(consume(await open('consumer', { url }), prefix, 'a', handle, { take: { hold, concurrency: 1 } }));
  await eventually(() => probes >= 2);
  const [before, first] = [await commands(client), probes];
  await eventually(() => probes >= first + 10);
  const [after, last] = [await commands(client), probes];
  expect((after - before) / (last - first)).toBeLessThan(500);
  const { waiting, active, delayed, dead } = await createInspector(client, prefix).counts('a');
  expect(waiting + active).toBe(4_999);
  expect([delayed, dead]).toEqual([1, 0]);
});

test('what is revived and what waits are delivered by turns', async ({ open, prefix, closing }) => {
  const client = await open('producer');
  let up = false;
  const order: string[] = [];
  const reports: TakeReport[] = [];
  const consumer = await open('consumer');
  closing(
    consume(
      consumer,
      prefix,
      'a',
      async (_, { probe, revived }) => {
        if (!up) return refused(probe);
        order.push(revived ? 'revived' : 'other');
        return ok;
      },
      { take: { hold: never, concurrency: 2 }, onReport: (report) => void reports.push(report) },
    ),
  );
  await enqueue(client, prefix, 1);
  await eventually(() => reports.some(({ what }) => what === 'held'));
  // Of this outage, of another reason, and of the time before it.
  const from = Date.now();
  await bury(client, prefix, { endpoint: 'a', count: 40, from, reason: 'refused' });
  await bury(client, prefix, { endpoint: 'a', count: 3, from, reason: 'http_500' });
  await bury(client, prefix, { endpoint: 'a', count: 3, from: from - 60_000, reason: 'refused' });
  await eventually(() => Date.now() > from + 50);
  await enqueue(client, prefix, 40);
  up = true;
  expect(await createHoldSwitch(client, prefix).probe('a')).toBe(true);
  const recovered = await eventually(() => reports.find(({ what }) => what === 'recovered'));
  expect(recovered).toMatchObject({ revived: 40, reason: 'refused' });
  await eventually(() => order.length === 80);
  const firstHalf = order.slice(0, 40).filter((each) => each === 'revived').length;
  expect(firstHalf).toBeGreaterThanOrEqual(10);
  expect(firstHalf).toBeLessThanOrEqual(30);
  expect(await createInspector(client, prefix).counts('a')).toMatchObject({
    dead: 6,
    delayed: 1,
    waiting: 0,
  });
  expect(await createHoldReader(client, prefix).get(['a', 'b'])).toEqual(new Map());
});

test('the sweep keeps the next look of a hold of which nothing waits', async ({ open, prefix }) => {
  const client = await open('producer');
  await client.hset(holdKey(prefix, 'a'), 'state', 'held', 'since', 1);
  await client.hset(holdKey(prefix, 'b'), 'failures', 1);
  for (const endpoint of ['a', 'b']) await lowerAgenda(client, prefix, endpoint, 5_000);
  await createAgenda(client, prefix).sweep();
  expect(await client.zrange(agendaKey(prefix), '0', '-1')).toEqual(['a']);
});

test('only an endpoint that is held is probed', async ({ open, prefix }) => {
  const client = await open('producer');
  expect(await createHoldSwitch(client, prefix).probe('a')).toBe(false);
  expect(await client.exists(holdKey(prefix, 'a'))).toBe(0);
});

test('a hold, a pause of the receiver and a recovery are shown', () => {
  const held = { state: 'held', since: '5', reason: 'refused', detail: 'x', probeAt: '20' };
  const shown = (fields: Record<string, string>, now = 10) => holdOf(new Map(Object.entries(fields)), now);
  expect(shown(held)).toEqual({ state: 'held', since: 5, reason: 'refused', detail: 'x', probeAt: 20 });
  // The later of both counts.
  expect(shown({ ...held, until: '30' })).toMatchObject({ probeAt: 30, until: 30 });
  expect(shown({ ...held, probe: 'd1' })).toMatchObject({ probeAt: undefined });
  expect(shown({ paused: '4', until: '30', reason: 'http_429', failures: '1' })).toMatchObject({
    state: 'held',
    since: 4,
    until: 30,
  });
  expect(shown({ paused: '4', until: '9', reason: 'http_429', failures: '1' })).toBeUndefined();
  expect(shown({ state: 'recovering', since: '5', reason: 'refused', revived: '3' })).toMatchObject({
    state: 'recovering',
    revived: 3,
  });
});

test('a pause that the receiver asked for and an operator ended has lasted until it was over', async ({
  open,
  prefix,
}) => {
  const rig = createRig(await open('producer'), prefix);
  const settings = { concurrency: 1, maxBackoffMs: 60_000 };
  await rig.add('one');
  await rig.take(settings, 1_000);
  const settled = { id: 'one', probe: false, delay: 1, detail: {} };
  const detail = { reason: 'http_503', retryAfterMs: 30_000 };
  expect(
    await rig.settle(settings, 1_000, { ...settled, to: 'delayed', class: 'outage', detail }),
  ).toMatchObject({ what: 'held', until: 31_000 });
  await rig.release(settings, 3_000);
  expect((await rig.take(settings, 3_000)).jobs).toEqual([['one', 'retry']]);
  const ended = await rig.settle(settings, 4_000, { ...settled, to: 'completed', class: 'delivered' });
  expect(ended).toMatchObject({ what: 'recovered', ms: 3_000 });
});
