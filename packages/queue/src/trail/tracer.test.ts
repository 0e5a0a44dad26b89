import { randomUUID } from 'node:crypto';
import { eventually } from '@longshore/testkit';
import { describe, expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import { queueKey } from '../names.js';
import { createQuarantine } from '../operate/quarantine.js';
import { createProducer } from '../producer.js';
import type { Verdict } from '../retry.js';
import { aDelivery, consume, dead, ok, retryIn } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { attempted, failure, find, noteAll, receiptOf, received } from '../testing/trail.js';

/** An event for `one` and `two` that is in their queues, and known to have them. */
async function enqueued(client: RedisClient, prefix: string, eventId: string = randomUUID()) {
  const deliveries = ['one', 'two'].map((endpoint) => aDelivery(endpoint, eventId));
  await createProducer(client, prefix).enqueue(deliveries);
  await createInspector(client, prefix).remember(['one', 'two']);
  return { eventId, deliveries, receipt: receiptOf(deliveries) };
}

/** States by endpoint. */
async function statesOf(client: RedisClient, prefix: string, search: string) {
  const [trail] = (await find(client, prefix, search)).trails;
  return Object.fromEntries(trail?.deliveries.map(({ endpoint, state }) => [endpoint, state]) ?? []);
}

describe('how a delivery stands is read from its job', () => {
  test.for<[string, Verdict, object]>([
    ['delivered', ok, { state: 'delivered', attempts: 1, settledAt: expect.any(String) }],
    ['delayed', retryIn(3_600_000), { state: 'delayed', attempts: 1, until: expect.any(String) }],
    ['dead', dead, { state: 'dead', attempts: 1, last: { reason: 'http_503', body: 'come back later' } }],
    ['ignored', { settle: 'ignored', rule: 'tag' }, { state: 'ignored' }],
  ])('%s', async ([, verdict, expected], { open, prefix, closing }) => {
    const client = await open('producer');
    const { receipt, eventId } = await enqueued(client, prefix);
    await noteAll(client, prefix, [receipt]);
    expect(await statesOf(client, prefix, eventId)).toEqual({ one: 'waiting', two: 'waiting' });
    closing(consume(await open('consumer'), prefix, 'one', async () => verdict));
    const traced = await eventually(
      () => find(client, prefix, eventId),
      ({ trails }) => !['waiting', 'active'].includes(trails[0]?.deliveries[0]?.state ?? ''),
    );
    expect(traced.trails[0]?.deliveries).toMatchObject([expected, { endpoint: 'two', state: 'waiting' }]);
  });

  test('waiting, without a look at all that wait', async ({ open, prefix }) => {
    const client = await open('producer');
    const { eventId } = await enqueued(client, prefix);
    // A reader of the list is refused now.
    await client.set(queueKey(prefix, 'one', 'wait'), 'no list');
    expect(await statesOf(client, prefix, eventId)).toEqual({ one: 'waiting', two: 'waiting' });
  });

  test('active, and when the next attempt is due', async ({ open, prefix, closing }) => {
    const client = await open('producer');
    const { receipt, eventId } = await enqueued(client, prefix);
    await noteAll(client, prefix, [receipt]);
    let finish = (_: Verdict): void => {};
    // Made before the job is active: that is seen in Redis before the handler is called.
    const verdict = new Promise<Verdict>((resolve) => (finish = resolve));
    closing(consume(await open('consumer'), prefix, 'one', () => verdict));
    await eventually(async () => (await statesOf(client, prefix, eventId)).one === 'active');
    const before = Date.now();
    finish(retryIn(3_600_000));
    await eventually(async () => (await statesOf(client, prefix, eventId)).one === 'delayed');
    const [trail] = (await find(client, prefix, eventId)).trails;
    const until = Date.parse(trail?.deliveries[0]?.until ?? '');
    expect(until).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(until).toBeLessThanOrEqual(Date.now() + 3_600_000);
  });

  test('a job that is gone: as the last entry says, else not known', async ({ open, prefix }) => {
    const client = await open('producer');
    const receipt = received();
    const [, two = { deliveryId: '' }] = receipt.planned;
    const of = { endpoint: 'two', deliveryId: two.deliveryId, eventId: receipt.eventId };
    await noteAll(client, prefix, [receipt, attempted(receipt)]);
    expect(await statesOf(client, prefix, receipt.eventId)).toEqual({ one: 'delivered', two: 'unknown' });
    await noteAll(client, prefix, [
      { step: 'settled', at: Date.now(), outcome: 'dropped', by: 'ops', ...of },
    ]);
    expect(await statesOf(client, prefix, receipt.eventId)).toEqual({ one: 'delivered', two: 'dropped' });
  });
});

describe('an event whose entries are gone', () => {
  test('is found by event id and by delivery id while it has a job', async ({ open, prefix }) => {
    const client = await open('producer');
    const { eventId, deliveries } = await enqueued(client, prefix);
    for (const search of [eventId, deliveries[1]?.id ?? '']) {
      const { trails, since } = await find(client, prefix, search);
      expect(since).toBeUndefined();
      expect(trails).toMatchObject([{ eventId, repository: 'acme/app', steps: [], incomplete: true }]);
      expect(trails[0]?.deliveries).toContainEqual({
        id: deliveries[1]?.id,
        endpoint: 'two',
        state: 'waiting',
        attempts: 0,
      });
    }
  });

  test('is found by its repository through a later failure, with all its deliveries', async ({
    open,
    prefix,
  }) => {
    const client = await open('producer');
    const { receipt } = await enqueued(client, prefix);
    await noteAll(client, prefix, [attempted(receipt, { ...failure, attempt: 4, view: receipt.view })]);
    const [trail] = (await find(client, prefix, 'acme/app')).trails;
    expect(trail?.deliveries.map(({ endpoint }) => endpoint)).toEqual(['one', 'two']);
    expect(trail).toMatchObject({ incomplete: true, receivedAt: expect.any(String) });
  });
});

describe('incomplete', () => {
  const settled = () => {
    const whole = received({ at: 1_000 });
    const receipt = { ...whole, planned: whole.planned.slice(0, 1) };
    return { receipt, entries: [receipt, attempted(receipt, { at: 2_000 })] };
  };

  test('not when everything is there', async ({ open, prefix }) => {
    const client = await open('producer');
    const { receipt, entries } = settled();
    await noteAll(client, prefix, entries);
    expect((await find(client, prefix, receipt.eventId)).trails[0]?.incomplete).toBe(false);
  });

  test('when entries were thrown away in its time, and not when that was later', async ({ open, prefix }) => {
    const client = await open('producer');
    const { receipt, entries } = settled();
    await noteAll(client, prefix, entries);
    await noteAll(client, prefix, [received()], { memory: () => 1 });
    const open2 = received({ at: 1_000 });
    await noteAll(client, prefix, [open2]);
    expect((await find(client, prefix, receipt.eventId)).trails[0]?.incomplete).toBe(false);
    expect((await find(client, prefix, open2.eventId)).trails[0]?.incomplete).toBe(true);
  });
});

describe('what could not be read', () => {
  const entry = {
    source: 'distribution',
    kind: 'distribution',
    reason: 'action is missing',
    receivedAt: 1_000,
    path: '/registry/notifications',
    headers: {},
    body: Buffer.from('{"events":[{"id":"e-77","target":{"repository":"acme/odd"}}]}'),
  };

  test('is found by its id, by what is in it, and says whether it is still kept', async ({
    open,
    prefix,
  }) => {
    const client = await open('producer');
    const { id } = await createQuarantine(client, prefix).put(entry);
    const { source, kind, reason } = entry;
    const quarantined = {
      step: 'quarantined',
      at: 1_000,
      source,
      kind,
      quarantineId: id,
      reason,
      bytes: 3,
    } as const;
    await noteAll(client, prefix, [quarantined]);
    for (const search of [id, 'e-77', 'registry.example.com/acme/odd:1.0']) {
      expect((await find(client, prefix, search)).trails).toMatchObject([
        {
          quarantine: { id, reason, kept: true },
          source,
          steps: [{ step: 'quarantined' }],
          incomplete: false,
        },
      ]);
    }
    await client.del(await client.keys(`${prefix}*quarantine*`));
    expect((await find(client, prefix, id)).trails).toMatchObject([{ quarantine: { kept: false } }]);
    expect((await find(client, prefix, 'e-77')).trails).toEqual([]);
  });
});

test('nothing is found of what never was', async ({ open, prefix }) => {
  const client = await open('producer');
  await noteAll(client, prefix, [received()]);
  const { trails, understood, since } = await find(client, prefix, 'acme/nothing:1.0');
  expect([trails, understood]).toEqual([[], ['event id', 'tag 1.0 of acme/nothing']]);
  expect(since).toBeDefined();
});

test('while Redis is unavailable the search says so', async ({ open, prefix }) => {
  const client = await open('producer');
  client.disconnect();
  await expect(find(client, prefix, 'x')).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
});
