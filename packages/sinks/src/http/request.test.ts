/** What the receiver sees. */
import { expect, test } from 'vitest';
import { aDelivery, anAttempt, aSink } from '../testing/builders.js';
import { answering, receiver } from '../testing/receiver.js';

test('the request is one POST with the registry’s envelope and a Content-Length', async () => {
  const { url, requests } = await receiver(answering(200));
  const delivery = aDelivery({ payload: { text: '{"name":"ä","size":9007199254740993}' } });
  await aSink({ url: `${url}?a=b#c` }).send(delivery, anAttempt({ number: 4 }));

  const body = '{"events":[{"name":"ä","size":9007199254740993}]}';
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({ method: 'POST', url: '/events?a=b', body });
  expect(requests[0]?.headers).toEqual({
    host: new URL(url).host,
    connection: 'keep-alive',
    'content-type': 'application/vnd.docker.distribution.events.v2+json',
    'idempotency-key': delivery.id,
    'x-longshore-delivery': delivery.id,
    'x-longshore-attempt': '4',
    'user-agent': 'longshore/0.0.0-test',
    'content-length': String(Buffer.byteLength(body)),
  });
});

test('a large event is sent with its length too', async () => {
  const { url, requests } = await receiver(answering(200));
  const event = { blob: 'x'.repeat(7 * 1024 * 1024) };
  await aSink({ url }).send(aDelivery({ payload: { event } }), anAttempt());
  expect(requests[0]?.headers['content-length']).toBe(String(requests[0]?.body.length));
  expect(requests[0]?.headers['transfer-encoding']).toBeUndefined();
});

test('configured headers go out in their case, one line per value', async () => {
  const { url, requests } = await receiver(answering(200));
  const headers = { 'x-TEAM': ['a', 'b'], 'Content-type': ['application/json'], Host: ['elsewhere.example'] };
  await aSink({ url, headers }).send(aDelivery(), anAttempt());
  const lines = requests[0]?.rawHeaders ?? [];
  const sent = lines.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${lines[index + 1]}`] : []));
  expect(sent.filter((line) => /team|content-type|host/i.test(line))).toEqual([
    `host: ${new URL(url).host}`,
    'x-TEAM: a',
    'x-TEAM: b',
    'Content-type: application/json',
  ]);
});

test('userinfo of the url becomes Basic authorization and is not in the request line', async () => {
  const { url, requests } = await receiver(answering(200));
  await aSink({ url: url.replace('//', '//al%40ice:s3%2Fcret@') }).send(aDelivery(), anAttempt());
  expect(requests[0]).toMatchObject({
    url: '/events',
    headers: {
      authorization: `Basic ${Buffer.from('al@ice:s3/cret').toString('base64')}`,
      host: new URL(url).host,
    },
  });
});

test('annotate adds where the event came from', async () => {
  const { url, requests } = await receiver(answering(200));
  await aSink({ url, annotate: true }).send(aDelivery(), anAttempt());
  expect(JSON.parse(requests[0]?.body ?? '').events[0]).toEqual({
    ...aDelivery().payload.event,
    longshore: {
      source: 'default',
      kind: 'distribution',
      nativeType: 'push',
      receivedAt: '2026-11-21T09:30:00.005Z',
    },
  });
});

test('the answer’s status, text and Retry-After are in the outcome', async () => {
  const { url } = await receiver(answering(503, 'busy\u001b[31m', { 'retry-after': '60' }));
  const before = Date.now();
  const outcome = await aSink({ url }).send(aDelivery(), anAttempt());
  expect(outcome).toMatchObject({ kind: 'retry', status: 503, reason: 'http_503', body: 'busy\\u001b[31m' });
  const { notBefore } = outcome as { notBefore: number };
  expect(notBefore).toBeGreaterThanOrEqual(before + 60_000);
  expect(notBefore).toBeLessThanOrEqual(Date.now() + 60_000);
});

test('a redirect is not followed', async () => {
  const elsewhere = await receiver(answering(200));
  const { url } = await receiver(answering(302, '', { location: elsewhere.url }));
  expect(await aSink({ url }).send(aDelivery(), anAttempt())).toMatchObject({
    kind: 'retry',
    reason: 'http_302',
  });
  expect(elsewhere.accepted()).toBe(0);
});

test('early hints are no answer', async () => {
  const { url } = await receiver((response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.writeHead(201).end();
  });
  expect(await aSink({ url }).send(aDelivery(), anAttempt())).toMatchObject({
    kind: 'delivered',
    status: 201,
  });
});

test('a delivery that holds no event is dead and reaches nobody', async () => {
  const { url, accepted } = await receiver(answering(200));
  const outcome = await aSink({ url }).send(aDelivery({ payload: {} }), anAttempt());
  expect(outcome).toMatchObject({ kind: 'dead', reason: 'undecodable' });
  expect(accepted()).toBe(0);
});
