/** Looking through the dead, over a real Redis and real workers. */
import type { Delivery } from '@longshore/event';
import { eventually } from '@longshore/testkit';
import { describe, expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import { queueKey } from '../names.js';
import { createProducer } from '../producer.js';
import { bury } from '../testing/dead.js';
import { aDelivery, consume, dead } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import type { DeadLetter } from './dead-letter.js';
import { createDeadLetters, type DeadLetters } from './dead-letters.js';
import type { DeadFilter } from './dead-source.js';

function open(client: RedisClient, prefix: string) {
  const inspector = createInspector(client, prefix);
  const letters = createDeadLetters(client, prefix, inspector);
  return { letters, inspector };
}

const ids = (items: readonly { id: string }[]): string[] => items.map(({ id }) => id);

async function all(letters: DeadLetters, filter: DeadFilter, limit: number): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  let page = await letters.page(filter, limit);
  for (;;) {
    found.push(...page.items);
    if (!page.next) return found;
    page = await letters.page(filter, limit, page.next);
  }
}

describe('page', () => {
  test('lists the dead of all endpoints, newest first, also of one that is not configured', async ({
    open: connect,
    prefix,
  }) => {
    const client = await connect('producer');
    const a = await bury(client, prefix, { endpoint: 'a', count: 30, from: 1_000 });
    const b = await bury(client, prefix, { endpoint: 'b b', count: 30, from: 1_010 });
    const { letters } = open(client, prefix);
    const found = await all(letters, {}, 7);
    expect(new Set(ids(found))).toEqual(new Set(ids([...a, ...b])));
    expect(found).toHaveLength(60);
    const times = found.map(({ deadAt }) => deadAt);
    expect(times).toEqual(times.toSorted((x, y) => y - x));
    expect(found[0]).toMatchObject({
      endpoint: 'b b',
      deadAt: 1_039,
      attempts: 10,
      reason: 'http_503',
      status: 503,
      detail: 'busy',
      event: { id: b.at(-1)?.eventId, source: 'distribution', view: { repository: 'acme/app', tag: '1.0' } },
    });
    expect(found[0]).not.toHaveProperty('delivery');
  });

  test('neither repeats nor leaves out what stays, while others come and go, the cursor itself too', async ({
    open: connect,
    prefix,
  }) => {
    const client = await connect('producer');
    const { letters } = open(client, prefix);
    // All of one millisecond, so that the order within it is tried as well.
    const old: Delivery[] = [];
    for (let n = 0; n < 50; n++) {
      old.push(...(await bury(client, prefix, { endpoint: n % 2 ? 'a' : 'b', count: 1, from: 5_000 })));
    }
    const found: DeadLetter[] = [];
    let page = await letters.page({}, 5);
    while (page.next) {
      found.push(...page.items);
      // What was shown goes, and as much comes at the top.
      await letters.drop({ ids: ids(page.items) }, 'a test');
      await bury(client, prefix, { endpoint: 'a', count: 5, from: 9_000 });
      page = await letters.page({}, 5, page.next);
    }
    found.push(...page.items);
    expect(ids(found).toSorted()).toEqual(ids(old).toSorted());
  });

  test.for<[string, Partial<DeadFilter>, string[]]>([
    ['endpoint', { endpoints: ['a'] }, ['a1', 'a2', 'a3', 'a4']],
    ['an endpoint that is not there', { endpoints: ['absent'] }, []],
    ['since', { since: 1_002 }, ['a3', 'a4', 'b1']],
    ['until', { until: 1_001 }, ['a1', 'a2']],
    ['since and until', { since: 1_001, until: 1_002 }, ['a2', 'a3']],
    ['repository', { repository: (name) => name.startsWith('team/') }, ['a2', 'a4']],
    ['reason', { reason: (reason) => reason === 'timeout' }, ['b1']],
    ['several', { endpoints: ['a'], since: 1_002, repository: (name) => name === 'team/x' }, ['a4']],
  ])(
    'a filter by %s, in pages, counts and bulk alike',
    async ([, filter, expected], { open: connect, prefix }) => {
      const client = await connect('producer');
      const { letters } = open(client, prefix);
      const make = (endpoint: string) => (n: number) => {
        const delivery = aDelivery(endpoint, `${endpoint}${n + 1}`);
        return { ...delivery, view: { ...delivery.view, repository: n % 2 ? 'team/x' : 'acme/app' } };
      };
      await bury(client, prefix, { endpoint: 'a', count: 4, from: 1_000, make: make('a') });
      await bury(client, prefix, {
        endpoint: 'b',
        count: 1,
        from: 1_900,
        reason: 'timeout',
        make: make('b'),
      });
      const names = (items: readonly DeadLetter[]) => items.map(({ event }) => event?.id ?? '').toSorted();
      expect(names(await all(letters, filter, 2))).toEqual(expected);
      expect(await letters.count(filter)).toBe(expected.length);
      expect(await letters.drop(filter, 'a test')).toMatchObject({ done: expected.length, skipped: 0 });
      expect(await letters.count({})).toBe(5 - expected.length);
      expect(await letters.count(filter)).toBe(0);
    },
  );

  test('one that this version cannot read is shown raw, retried and dropped', async ({
    open: connect,
    prefix,
  }) => {
    const client = await connect('producer');
    const { letters, inspector } = open(client, prefix);
    const [broken, future] = await bury(client, prefix, { endpoint: 'a', count: 2, from: 1_000 });
    await client.hset(queueKey(prefix, 'a', broken?.id ?? ''), 'data', 'no json');
    await client.hset(queueKey(prefix, 'a', future?.id ?? ''), 'data', '{"shape":"of tomorrow"}');
    const found = await letters.page({}, 10);
    expect(found.items.map(({ event }) => event)).toEqual([undefined, undefined]);
    expect(await letters.find(broken?.id ?? '')).toMatchObject({ raw: 'no json', reason: 'http_503' });
    expect(await letters.retry({ ids: [broken?.id ?? ''] }, 'a test')).toMatchObject({ done: 1 });
    expect(await letters.drop({ ids: [future?.id ?? ''] }, 'a test')).toMatchObject({ done: 1 });
    expect(await inspector.counts('a')).toEqual({ waiting: 1, active: 0, delayed: 0, dead: 0 });
  });

  test('of one of 100,000 a filter that hits nothing looks through a part and says where to go on', {
    timeout: 60_000,
  }, async ({ open: connect, prefix }) => {
    const client = await connect('producer');
    const { letters } = open(client, prefix);
    await bury(client, prefix, { endpoint: 'a', count: 5_000 });
    const page = await letters.page({ repository: () => false }, 50);
    expect(page.items).toEqual([]);
    expect(page.next).toBeDefined();
    expect(await letters.page({ repository: () => false }, 50, page.next)).toEqual({ items: [] });
  });
});

test('while Redis is unavailable everything is refused at once', async ({ open: connect, prefix }) => {
  const client = await connect('producer');
  const { letters } = open(client, prefix);
  client.disconnect();
  await eventually(() => client.status !== 'ready');
  const away = { code: 'QUEUE_UNAVAILABLE' };
  await expect(letters.page({}, 1)).rejects.toMatchObject(away);
  await expect(letters.find('a')).rejects.toMatchObject(away);
  await expect(letters.retry({}, 'a test')).rejects.toMatchObject(away);
  await expect(letters.drop({}, 'a test')).rejects.toMatchObject(away);
});

test('a new dead delivery of a worker is read like any other', async ({ open: connect, prefix, closing }) => {
  const client = await connect('producer');
  const { letters, inspector } = open(client, prefix);
  await inspector.remember(['a']);
  const delivery = aDelivery('a');
  await createProducer(client, prefix).enqueue([delivery]);
  closing(consume(await connect('consumer'), prefix, 'a', async () => dead));
  const { items } = await eventually(
    () => letters.page({}, 10),
    (page) => page.items.length === 1,
  );
  expect(items[0]).toMatchObject({ id: delivery.id, attempts: 1, reason: 'http_503', detail: 'busy' });
  const found = await letters.find(delivery.id);
  expect(found?.delivery).toEqual(delivery);
  expect(found?.last).toMatchObject({ body: 'come back later', status: 503 });
});
