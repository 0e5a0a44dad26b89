import { describe, expect } from 'vitest';
import { redisTest as test } from '../testing/redis-test.js';
import { attempted, DIGEST, failure, find, noteAll, received } from '../testing/trail.js';

describe('what happened is read from the trail', () => {
  test('in order, with times in ISO 8601, each attempt with its answer', async ({ open, prefix }) => {
    const client = await open('producer');
    const receipt = received({ at: 1_000, ignored: [{ endpoint: 'three', rule: 'tag' }] });
    const first = attempted(receipt, { at: 2_000, ...failure, answer: 'busy', retryAt: 3_000 });
    const second = attempted(receipt, { at: 3_000, attempt: 2 });
    await noteAll(client, prefix, [receipt, first]);
    await noteAll(client, prefix, [second]);
    const { trails, since, more } = await find(client, prefix, receipt.eventId);
    expect(trails).toMatchObject([
      {
        eventId: receipt.eventId,
        source: 'distribution',
        repository: 'acme/app',
        tag: '1.0',
        digest: DIGEST,
        receivedAt: '1970-01-01T00:00:01.000Z',
        steps: [
          { step: 'received', at: '1970-01-01T00:00:01.000Z', ignored: [{ endpoint: 'three', rule: 'tag' }] },
          { step: 'attempted', answer: 'busy', retryAt: '1970-01-01T00:00:03.000Z' },
          { step: 'attempted', attempt: 2, outcome: 'delivered' },
        ],
      },
    ]);
    expect([more, Number.isNaN(Date.parse(since ?? ''))]).toEqual([false, false]);
  });

  test('by repository, tag and digest, newest first, as many as are asked for', async ({ open, prefix }) => {
    const client = await open('producer');
    const view = (n: number) => ({ action: 'push', repository: 'acme/app', tag: `${n % 2}`, digest: DIGEST });
    const receipts = Array.from({ length: 6 }, (_, n) => received({ at: n, view: view(n) }));
    for (const receipt of receipts) await noteAll(client, prefix, [receipt]);
    const found = async (search: string, limit?: number) => {
      const { trails, more } = await find(client, prefix, { search, limit });
      return [...trails.map(({ receivedAt }) => Date.parse(receivedAt ?? '')), more];
    };
    expect(await found('acme/app')).toEqual([5, 4, 3, 2, 1, 0, false]);
    expect(await found('registry.example.com/acme/app:1')).toEqual([5, 3, 1, false]);
    expect(await found('858a8366125b', 2)).toEqual([5, 4, true]);
    expect(await found('acme/app:2')).toEqual([false]);
  });

  test('for one endpoint: only events that concern it, and of these only what does', async ({
    open,
    prefix,
  }) => {
    const client = await open('producer');
    const other = received({ planned: [] });
    const ignored = received({ planned: [], ignored: [{ endpoint: 'one', rule: 'tag' }], at: 1 });
    const receipt = received({ at: 2 });
    const both = ['one', 'two'].map((endpoint) => attempted(receipt, { endpoint }));
    await noteAll(client, prefix, [other, ignored, receipt, ...both]);
    const { trails } = await find(client, prefix, { search: 'acme/app', endpoint: 'one' });
    expect(trails.map(({ eventId }) => eventId)).toEqual([receipt.eventId, ignored.eventId]);
    expect(trails[0]?.deliveries).toMatchObject([{ endpoint: 'one' }]);
    expect(trails[0]?.steps).toMatchObject([{ planned: [{ endpoint: 'one' }] }, { endpoint: 'one' }]);
  });

  test('an event that came again: both receipts, and what was known already', async ({ open, prefix }) => {
    const client = await open('producer');
    const receipt = received({ at: 1 });
    const planned = receipt.planned.map((one) => ({ ...one, known: true }));
    await noteAll(client, prefix, [receipt, { ...receipt, at: 2, planned }]);
    const [trail] = (await find(client, prefix, receipt.eventId)).trails;
    expect(trail?.steps).toMatchObject([
      { step: 'received' },
      { planned: [{ known: true }, { known: true }] },
    ]);
  });

  test('an event that was noted by several processes is one', async ({ open, prefix }) => {
    const client = await open('producer');
    const receipt = received();
    await Promise.all([noteAll(client, prefix, [receipt]), noteAll(client, prefix, [attempted(receipt)])]);
    const [trail] = (await find(client, prefix, receipt.planned[0]?.deliveryId ?? '')).trails;
    expect(trail).toMatchObject({ steps: [{ step: 'received' }, { step: 'attempted' }], incomplete: true });
  });
});

test('a delivery that was taken out of the dead-letter set counts its attempts from 1 again', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const receipt = received({ at: 1_000 });
  const gaveUp = attempted(receipt, { ...failure, outcome: 'dead', attempt: 10, at: 2_000 });
  const { deliveryId, eventId, source } = gaveUp;
  const retried = {
    step: 'retried',
    at: 3_000,
    endpoint: 'one',
    deliveryId,
    eventId,
    source,
    by: 'ops',
  } as const;
  await noteAll(client, prefix, [receipt, gaveUp, retried, attempted(receipt, { attempt: 2, at: 4_000 })]);
  const [trail] = (await find(client, prefix, eventId ?? '')).trails;
  expect(trail?.steps.map(({ step }) => step)).toEqual(['received', 'attempted', 'retried', 'attempted']);
  expect(trail?.deliveries[0]).toMatchObject({ state: 'delivered', attempts: 2 });
});
