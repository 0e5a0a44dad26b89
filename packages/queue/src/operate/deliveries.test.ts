import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import { queueKey } from '../names.js';
import { createProducer } from '../producer.js';
import type { Verdict } from '../retry.js';
import { bury } from '../testing/dead.js';
import { aDelivery, consume, ok, retryIn } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { createDeliveries } from './deliveries.js';
import type { ListedState } from './look.js';

function parts(client: RedisClient, prefix: string) {
  const inspector = createInspector(client, prefix);
  const deliveries = createDeliveries(client, prefix, inspector);
  const ids = async (state: ListedState, limit = 2): Promise<string[]> => {
    const found: string[] = [];
    let page = await deliveries.page('a', state, limit);
    for (;;) {
      found.push(...page.items.map(({ id }) => id));
      if (!page.next) return found;
      page = await deliveries.page('a', state, limit, page.next);
    }
  };
  return { inspector, deliveries, ids };
}

test('those that wait are in the order of their turn, page by page', async ({ open, prefix }) => {
  const client = await open('producer');
  const { ids, deliveries, inspector } = parts(client, prefix);
  await inspector.remember(['a']);
  const enqueued = Array.from({ length: 5 }, () => aDelivery('a'));
  for (const delivery of enqueued) await createProducer(client, prefix).enqueue([delivery]);
  expect(await ids('waiting')).toEqual(enqueued.map(({ id }) => id));
  expect(await ids('waiting', 5)).toHaveLength(5);
  expect(await ids('active')).toEqual([]);
  const [first] = enqueued;
  const found = await deliveries.find(first?.id ?? '');
  expect(found?.state).toBe('waiting');
  expect(found?.delivery).toEqual(first);
});

test('each state lists its own, and a delivery is found in each', async ({ open, prefix, closing }) => {
  const client = await open('producer');
  const { ids, deliveries, inspector } = parts(client, prefix);
  const [dead] = await bury(client, prefix, { endpoint: 'a', count: 1 });
  const [later, fine, skipped, hanging] = [aDelivery('a'), aDelivery('a'), aDelivery('a'), aDelivery('a')];
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const handle = async (_: unknown, { id }: { id: string }): Promise<Verdict> => {
    if (id === later.id) return retryIn(3_600_000);
    if (id === skipped.id) return { settle: 'ignored', rule: 'tag' };
    if (id === hanging.id) await held;
    return ok;
  };
  closing(consume(await open('consumer'), prefix, 'a', handle));
  await createProducer(client, prefix).enqueue([later, fine, skipped, hanging]);
  await eventually(
    () => inspector.counts('a'),
    ({ waiting, active, delayed }) => waiting === 0 && active === 1 && delayed === 1,
  );
  await eventually(
    () => ids('delivered'),
    ({ length }) => length === 2,
  );
  expect(await ids('active')).toEqual([hanging.id]);
  expect(await ids('delayed')).toEqual([later.id]);
  expect((await ids('delivered')).toSorted()).toEqual([fine.id, skipped.id].toSorted());
  expect(await ids('dead')).toEqual([dead?.id]);
  expect(await deliveries.find(skipped.id)).toMatchObject({ state: 'delivered', ignored: 'tag', taken: 1 });
  const delayed = await deliveries.find(later.id);
  expect(delayed).toMatchObject({ state: 'delayed', attempts: 1, failed: 'http_503: busy' });
  expect(delayed?.at).toBeGreaterThan(Date.now() + 3_000_000);
  expect(await deliveries.find(fine.id)).not.toHaveProperty('failed');
  expect(await deliveries.find('0'.repeat(32))).toBeUndefined();
  release();
});

test('one that this version cannot read is shown as it is stored', async ({ open, prefix }) => {
  const client = await open('producer');
  const { deliveries } = parts(client, prefix);
  const [broken] = await bury(client, prefix, { endpoint: 'a', count: 1 });
  await client.hset(queueKey(prefix, 'a', broken?.id ?? ''), 'data', '[1');
  const { items } = await deliveries.page('a', 'dead', 10);
  expect(items[0]).not.toHaveProperty('event');
  expect(await deliveries.find(broken?.id ?? '')).toMatchObject({ raw: '[1', state: 'dead' });
});

test('one that waits is found without a look at all that wait', async ({ open, prefix }) => {
  const client = await open('producer');
  const { deliveries, inspector } = parts(client, prefix);
  await inspector.remember(['a']);
  const delivery = aDelivery('a');
  await createProducer(client, prefix).enqueue([delivery]);
  // A reader of the list is refused now.
  await client.set(queueKey(prefix, 'a', 'wait'), 'no list');
  expect(await deliveries.find(delivery.id)).toMatchObject({ id: delivery.id, state: 'waiting' });
});
