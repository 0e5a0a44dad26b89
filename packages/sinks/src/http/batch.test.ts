/** Several deliveries in one request. */
import type { Delivery } from '@longshore/event';
import { expect, test } from 'vitest';
import { aDelivery, anAttempt, aSink, theFormat } from '../testing/builders.js';
import { answering, receiver } from '../testing/receiver.js';

const named = (id: string, some: Partial<Delivery> = {}) =>
  aDelivery({ id, payload: { event: { id } }, ...some });
const many = (count: number) => Array.from({ length: count }, (_, at) => named(`d${at}`));
const LIMIT = { bytes: 1024 * 1024 };

test('a batch is one envelope with all its events in order, and the headers of a batch', async () => {
  const { url, requests } = await receiver(answering(200));
  const results = await aSink({ url, batch: LIMIT }).whole.send(many(100), anAttempt({ number: 2 }));
  expect(results).toHaveLength(100);
  expect(new Set(results)).toEqual(new Set([expect.objectContaining({ kind: 'delivered', status: 200 })]));
  expect(requests).toHaveLength(1);
  expect(JSON.parse(requests[0]?.body ?? '').events).toEqual(many(100).map(({ id }) => ({ id })));
  const headers = requests[0]?.headers ?? {};
  expect(headers).toMatchObject({ 'x-longshore-batch': '100', 'x-longshore-attempt': '2' });
  expect(headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
  expect(headers['x-longshore-delivery']).toBeUndefined();
  expect(headers['content-length']).toBe(String(requests[0]?.body.length));
});

test('the key of a batch is that of its members, in whatever order', async () => {
  const { url, requests } = await receiver(answering(500));
  const sink = aSink({ url, batch: LIMIT }).whole;
  const [one, two, three] = [named('one'), named('two'), named('three')];
  for (const batch of [
    [one, two],
    [two, one],
    [one, three],
  ])
    await sink.send(batch, anAttempt());
  const [first, again, other] = requests.map(({ headers }) => headers['idempotency-key']);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test('a batch of one is an ordinary request', async () => {
  const { url, requests } = await receiver(answering(200));
  await aSink({ url, batch: LIMIT }).send(named('one'), anAttempt());
  await aSink({ url }).send(named('one'), anAttempt());
  const [batch, ordinary] = requests.map(({ headers, body }) => ({ ...headers, body }));
  expect(batch).toEqual(ordinary);
  expect(batch).toMatchObject({ 'idempotency-key': 'one', 'x-longshore-delivery': 'one' });
});

test.each([
  ['without batch', {}, [1, 1, 1]],
  [
    'with a format that takes one event',
    { batch: LIMIT, format: { ...theFormat(), batches: undefined } },
    [1, 1, 1],
  ],
  ['with room for two', { batch: { bytes: 60 } }, [2, 1]],
  ['with room for less than one', { batch: { bytes: 1 } }, [1, 1, 1]],
])('%s the rest is unsent, and comes with the next calls', async (_, options, sizes) => {
  const { url, requests } = await receiver(answering(200));
  const sink = aSink({ url, ...options }).whole;
  let left = many(3);
  while (left.length > 0) {
    const results = await sink.send(left, anAttempt());
    left = left.filter((_, at) => results[at] === 'unsent');
  }
  const sent = requests.map(({ body }) => JSON.parse(body).events);
  expect(sent.map(({ length }) => length)).toEqual(sizes);
  expect(sent.flat()).toEqual(many(3).map(({ id }) => ({ id })));
});

test('no request is longer than the limit, unless one event alone is', async () => {
  const { url, requests } = await receiver(answering(200));
  const sink = aSink({ url, batch: { bytes: 2_000 } }).whole;
  const sizes = [900, 900, 900, 5_000, 10, 1_950, 40];
  let left = sizes.map((size, at) => named(`d${at}`, { payload: { event: { at, text: 'x'.repeat(size) } } }));
  while (left.length > 0) {
    const results = await sink.send(left, anAttempt());
    left = left.filter((_, at) => results[at] === 'unsent');
  }
  const sent = requests.map(({ body }) => ({ length: body.length, count: JSON.parse(body).events.length }));
  expect(sent.filter(({ length, count }) => length > 2_000 && count > 1)).toEqual([]);
  expect(sent.map(({ count }) => count)).toEqual([2, 1, 1, 1, 1, 1]);
});

test.each([
  ['without an order the next ones of the same type are sent with it', false, ['a', 'b', 'd']],
  ['with an order none overtakes it', true, ['a', 'b']],
])('an event of another media type is not in the envelope: %s', async (_, ordered, ids) => {
  const { url, requests } = await receiver(answering(200));
  const v1 = { contentType: 'application/vnd.docker.distribution.events.v1+json' };
  const batch = [named('a'), named('b'), named('c', v1), named('d')];
  const results = await aSink({ url, batch: { ...LIMIT, ordered } }).whole.send(batch, anAttempt());
  expect(batch.filter((_, at) => results[at] !== 'unsent').map(({ id }) => id)).toEqual(ids);
  expect(JSON.parse(requests[0]?.body ?? '').events).toEqual(ids.map((id) => ({ id })));
  expect(requests[0]?.headers['content-type']).toBe(aDelivery().contentType);
});

test('events of every class are in one envelope', async () => {
  const { url, requests } = await receiver(answering(200));
  const scan = named('b', {
    class: 'other',
    nativeType: 'SCANNING_COMPLETED',
    view: { action: 'SCANNING_COMPLETED' },
  });
  await aSink({ url, batch: LIMIT }).whole.send([named('a'), scan], anAttempt());
  expect(JSON.parse(requests[0]?.body ?? '').events).toEqual([{ id: 'a' }, { id: 'b' }]);
});

test('what cannot be read is dead alone, and the others are sent', async () => {
  const { url, requests } = await receiver(answering(200));
  const batch = [named('a', { payload: {} }), named('b'), named('c', { payload: {} }), named('d')];
  const results = await aSink({ url, batch: LIMIT }).whole.send(batch, anAttempt());
  const [dead, delivered] = [{ kind: 'dead', reason: 'undecodable' }, { kind: 'delivered' }];
  expect(results).toMatchObject([dead, delivered, dead, delivered]);
  expect(JSON.parse(requests[0]?.body ?? '').events).toEqual([{ id: 'b' }, { id: 'd' }]);
});

test.each([413, 410, 500, 503])(
  'an answer of %i is the result of each event in the request, and of no other',
  async (status) => {
    const { url } = await receiver(answering(status, '', { 'retry-after': '60' }));
    const v1 = { contentType: 'application/vnd.docker.distribution.events.v1+json' };
    const batch = [named('a'), named('b'), named('c', v1)];
    const [one, two, three] = await aSink({ url, batch: LIMIT }).whole.send(batch, anAttempt());
    expect(one).toMatchObject({ kind: status === 410 ? 'dead' : 'retry', status });
    // The very same: what is retried together is found by it.
    expect(two).toBe(one);
    expect(three).toBe('unsent');
  },
);

test('after the shutdown signal all of a batch is aborted', async () => {
  const { url, accepted } = await receiver(answering(200));
  const sink = aSink({ url, batch: LIMIT }).whole;
  expect(await sink.send(many(2), anAttempt({ signal: AbortSignal.abort() }))).toEqual([
    'aborted',
    'aborted',
  ]);
  expect(accepted()).toBe(0);
});
