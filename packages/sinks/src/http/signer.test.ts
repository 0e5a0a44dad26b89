import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { aDelivery, anAttempt, aSink } from '../testing/builders.js';
import { answering, receiver, tcpReceiver } from '../testing/receiver.js';
import type { Signer } from './signer.js';

const hmac = (body: Buffer | string, id: string, at: number) =>
  createHmac('sha256', 's3cret').update(`${id}.${at}.`).update(body).digest('hex');

/** As a scheme of an endpoint would be. */
const signer: Signer = {
  sign: (body, { deliveryId, at }) => ({
    'X-Id': deliveryId,
    'X-At': String(at),
    'X-Signature': hmac(body, deliveryId, at),
  }),
};

test('the signature is over the exact bytes, the id and the time of each attempt', async () => {
  const { url, requests } = await receiver(answering(500));
  const sink = aSink({ url, signer });
  const delivery = aDelivery({ payload: { text: '{ "name":"ä","size":9007199254740993 }' } });
  const before = Date.now();
  await sink.send(delivery, anAttempt());
  await sink.send(delivery, anAttempt({ number: 2 }));
  expect(requests).toHaveLength(2);
  for (const { headers, body } of requests) {
    const at = Number(headers['x-at']);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(headers['x-id']).toBe(headers['idempotency-key']);
    expect(headers['x-signature']).toBe(hmac(body, delivery.id, at));
  }
});

test('a batch is signed with its key', async () => {
  const { url, requests } = await receiver(answering(200));
  const batch = [aDelivery({ id: 'one' }), aDelivery({ id: 'two' })];
  await aSink({ url, signer, batch: { bytes: 10_000 } }).whole.send(batch, anAttempt());
  const [request] = requests;
  if (!request) return expect.unreachable('no request');
  const { headers, body } = request;
  const key = String(headers['idempotency-key']);
  expect(headers['x-signature']).toBe(hmac(body, key, Number(headers['x-at'])));
});

test('a request that is repeated on a new connection is the same, its signature too', async () => {
  const seen: string[] = [];
  const { port } = await tcpReceiver((socket) =>
    socket.on('data', (data) => {
      seen.push(data.toString());
      // The first connection answers once, and is closed at its second request.
      if (seen.length === 2) return void socket.destroy();
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    }),
  );
  const sink = aSink({ url: `http://127.0.0.1:${port}/`, signer });
  for (const number of [1, 2]) {
    expect(await sink.send(aDelivery(), anAttempt({ number }))).toMatchObject({ kind: 'delivered' });
  }
  expect(seen).toHaveLength(3);
  expect(seen[2]).toBe(seen[1]);
});

test('a signer that fails makes a failed attempt', async () => {
  const { url, accepted } = await receiver(answering(200));
  const broken: Signer = {
    sign() {
      throw new Error('no key');
    },
  };
  expect(await aSink({ url, signer: broken }).send(aDelivery(), anAttempt())).toMatchObject({
    kind: 'retry',
    reason: 'error',
    detail: expect.stringContaining('no key'),
  });
  expect(accepted()).toBe(0);
});
