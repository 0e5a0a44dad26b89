import { eventually } from '@longshore/testkit';
import { describe, expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import { createProducer } from '../producer.js';
import { aDelivery, consume, ok } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import type { PreheatLease } from './lease.js';
import { createPreheatStore, type PreheatStore } from './memory.js';

const PLAN = 'team/api@sha256:1';

const storeOn = (client: RedisClient, prefix: string, lease?: number): PreheatStore =>
  createPreheatStore({
    client,
    prefix,
    endpoint: 'warm it',
    keep: () => 3_600_000,
    window: () => 60_000,
    lease,
  });

async function leads(store: PreheatStore, delivery: string, plan = PLAN): Promise<PreheatLease> {
  const turn = await store.lead(plan, delivery);
  if (turn.turn !== 'lead') throw new Error(`${delivery} does not lead: ${turn.turn}`);
  return turn.lease;
}

describe('one leads, the others wait', () => {
  test('the first leads; another waits, and learns the result once', async ({ open, prefix }) => {
    const store = storeOn(await open('consumer'), prefix);
    const lease = await leads(store, 'first');
    expect(await store.lead(PLAN, 'second')).toMatchObject({ turn: 'wait' });
    expect((await store.lead('another image', 'third')).turn).toBe('lead');
    await lease.settle('all is warm', true);
    expect(await store.lead(PLAN, 'second')).toEqual({ turn: 'ended', verdict: 'all is warm' });
    expect((await store.lead(PLAN, 'second')).turn).toBe('lead');
  });

  test('fifty at once from two processes: one leads', async ({ open, prefix }) => {
    const stores = [storeOn(await open('consumer'), prefix), storeOn(await open('consumer'), prefix)];
    const turns = await Promise.all(
      Array.from({ length: 50 }, (_, n) => stores[n % 2]?.lead(PLAN, `delivery ${n}`)),
    );
    expect(turns.filter((turn) => turn?.turn === 'lead')).toHaveLength(1);
    expect(turns.filter((turn) => turn?.turn === 'wait')).toHaveLength(49);
  });

  test('between its attempts the others go on waiting for the one that leads', async ({ open, prefix }) => {
    const store = storeOn(await open('consumer'), prefix);
    const lease = await leads(store, 'first');
    await lease.rest(60_000);
    expect((await store.lead(PLAN, 'second')).turn).toBe('wait');
    expect((await leads(store, 'first')).run).toEqual(lease.run);
  });

  test('who is given up is followed by any other, which continues the same run', async ({ open, prefix }) => {
    const store = storeOn(await open('consumer'), prefix);
    const lease = await leads(store, 'first');
    await lease.drop();
    expect((await leads(store, 'second')).run).toEqual(lease.run);
  });

  test('the same delivery elsewhere takes the lead over, and the former one can change nothing', async ({
    open,
    prefix,
  }) => {
    const store = storeOn(await open('consumer'), prefix);
    const hung = await leads(store, 'first');
    const now = await leads(store, 'first');
    await now.finish('mirror', 'a', { state: 'warmed' });
    await hung.finish('mirror', 'b', { state: 'warmed' });
    await hung.settle('wrong', true);
    expect(hung.lost.aborted).toBe(true);
    expect([...(await now.parts()).keys()]).toEqual(['mirror\na']);
    expect(now.lost.aborted).toBe(false);
  });

  test('a settled run is over: the next lead has another', async ({ open, prefix }) => {
    const store = storeOn(await open('consumer'), prefix);
    const lease = await leads(store, 'first');
    await lease.finish('mirror', 'a', { state: 'failed' });
    await lease.keepWalk('the walk');
    await lease.settle('some failed', false);
    const next = await leads(store, 'first');
    expect(next.run.id).not.toBe(lease.run.id);
    expect(await next.parts()).toEqual(new Map([['mirror\na', 'failed']]));
    expect(await next.walk()).toBe('the walk');
    await next.settle('all is warm', true);
    expect((await (await leads(store, 'first')).parts()).size).toBe(0);
  });

  test('what waits is woken when it is settled', async ({ open, prefix, closing }) => {
    const client = await open('consumer');
    const store = storeOn(client, prefix);
    const lease = await leads(store, 'first');
    const waits = aDelivery('warm it');
    await createProducer(await open('producer'), prefix).enqueue([waits]);
    const turns: string[] = [];
    const handle = async () => {
      const { turn } = await store.lead(PLAN, waits.id);
      turns.push(turn);
      return turn === 'wait'
        ? ({ settle: 'deferred', until: Date.now() + 3_600_000, why: 'waits' } as const)
        : ok;
    };
    closing(consume(await open('consumer'), prefix, 'warm it', handle));
    const inspector = createInspector(client, prefix);
    await eventually(
      () => inspector.counts('warm it'),
      ({ delayed }) => delayed === 1,
    );
    await lease.settle('all is warm', true);
    await eventually(() => turns.length === 2);
    expect(turns).toEqual(['wait', 'ended']);
  });
});

describe('a part at a target', () => {
  test('is warm for every image for the window, and not for another target', async ({ open, prefix }) => {
    const store = storeOn(await open('consumer'), prefix);
    const [one, two] = [await leads(store, 'a', 'one'), await leads(store, 'b', 'two')];
    expect(await one.claim('mirror', 'layer', 4)).toBe('taken');
    await one.finish('mirror', 'layer', { state: 'warmed', warmFor: 60_000 });
    expect(await two.claim('mirror', 'layer', 4)).toBe('warm');
    expect(await two.claim('kraken', 'layer', 4)).toBe('taken');
    // The next one is over at some time, and the other is not.
    expect(await one.claim('mirror', 'config', 4)).toBe('taken');
    await one.finish('mirror', 'config', { state: 'warmed', warmFor: 300 });
    await eventually(async () => (await two.claim('mirror', 'config', 4)) === 'taken');
    expect(await two.claim('mirror', 'layer', 4)).toBe('warm');
  });

  test('is asked for by one image at a time, also while it continues at the target', async ({
    open,
    prefix,
  }) => {
    const store = storeOn(await open('consumer'), prefix);
    const [one, two] = [await leads(store, 'a', 'one'), await leads(store, 'b', 'two')];
    expect(await one.claim('kraken', 'layer', 4)).toBe('taken');
    expect(await two.claim('kraken', 'layer', 4)).toBe('busy');
    await one.finish('kraken', 'layer', { state: 'pending', busyFor: 60_000 });
    await one.rest(60_000);
    expect(await two.claim('kraken', 'layer', 4)).toBe('busy');
    expect(await (await leads(store, 'a', 'one')).claim('kraken', 'layer', 4)).toBe('taken');
  });

  test('waits while the target has as many as its limit, over all images', async ({ open, prefix }) => {
    const store = storeOn(await open('consumer'), prefix);
    const [one, two] = [await leads(store, 'a', 'one'), await leads(store, 'b', 'two')];
    expect(await one.claim('mirror', '1', 2)).toBe('taken');
    expect(await two.claim('mirror', '2', 2)).toBe('taken');
    expect(await two.claim('mirror', '3', 2)).toBe('full');
    await one.finish('mirror', '1', {});
    expect(await two.claim('mirror', '3', 2)).toBe('taken');
  });
});

describe('a leader', () => {
  test('that lives keeps its lead and its claims up for as long as it takes', async ({ open, prefix }) => {
    // Renewed each second, so that this process may also be kept waiting for one or two.
    const lease = 3_000;
    const store = storeOn(await open('consumer'), prefix, lease);
    const [one, two] = [await leads(store, 'a', 'one'), await leads(store, 'b', 'two')];
    expect(await one.claim('mirror', 'layer', 1)).toBe('taken');
    const until = Date.now() + lease + 500;
    await eventually(async () => {
      expect((await store.lead('one', 'c')).turn).toBe('wait');
      expect(await two.claim('mirror', 'layer', 1)).toBe('busy');
      expect(await two.claim('mirror', 'another', 1)).toBe('full');
      return Date.now() > until;
    });
    expect(one.lost.aborted).toBe(false);
  });

  test('that dies gives up its lead, its claims and its slots by itself', async ({ open, prefix }) => {
    const dying = await open('consumer');
    const one = await leads(storeOn(dying, prefix, 300), 'a', 'one');
    expect(await one.claim('mirror', 'layer', 1)).toBe('taken');
    dying.disconnect();
    const store = storeOn(await open('consumer'), prefix, 300);
    const two = await leads(store, 'b', 'two');
    await eventually(async () => (await two.claim('mirror', 'layer', 1)) === 'taken');
    await eventually(async () => (await store.lead('one', 'c')).turn === 'lead');
    await eventually(() => one.lost.aborted);
  });
});

test('a pause is known to every process and never shortened', async ({ open, prefix }) => {
  const [one, two] = [storeOn(await open('consumer'), prefix), storeOn(await open('consumer'), prefix)];
  const until = Date.now() + 60_000;
  await one.pause('https://registry', until);
  await two.pause('https://registry', until - 30_000);
  expect(await two.pausedUntil('https://registry')).toBe(until);
  expect(await two.pausedUntil('https://another')).toBe(0);
});

describe('without a lead', () => {
  test('the meaning of a tag is kept for a delivery', async ({ open, prefix }) => {
    const store = storeOn(await open('consumer'), prefix);
    expect(await store.digest('d')).toBeUndefined();
    await store.keepDigest('d', 'sha256:1');
    expect([await store.digest('d'), await store.digest('other')]).toEqual(['sha256:1', undefined]);
    await store.keepDigest('d', undefined);
    expect(await store.digest('d')).toBeUndefined();
  });

  test('what is known of an image is seen, and what is warm', async ({ open, prefix }) => {
    const store = storeOn(await open('consumer'), prefix);
    expect(await store.known(PLAN)).toEqual({ parts: new Map() });
    const lease = await leads(store, 'first');
    await lease.keepWalk('the walk');
    await lease.claim('mirror', 'part', 1);
    expect(await store.isWarm('mirror', 'part')).toBe(false);
    await lease.finish('mirror', 'part', { state: 'warmed', warmFor: 60_000 });
    expect(await store.known(PLAN)).toEqual({
      walk: 'the walk',
      parts: new Map([['mirror\npart', 'warmed']]),
    });
    expect([await store.isWarm('mirror', 'part'), await store.isWarm('other', 'part')]).toEqual([
      true,
      false,
    ]);
    expect((await store.lead(PLAN, 'second')).turn).toBe('wait');
  });
});
