/** Signatures in the requests that a receiver gets. The schemes have their tests in `packages/signing`. */
import { createSign, verifySignature } from '@longshore/signing';
import { expect, test } from 'vitest';
import { aDelivery, anAttempt, aSink } from '../testing/builders.js';
import { answering, type Received, receiver, tcpReceiver } from '../testing/receiver.js';

const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'];
const sign = createSign({ scheme: 'standard', secrets });

/** Whether a request is signed: its key, its bytes and about this time. */
function isSigned({ headers, body }: Received): boolean {
  if (headers['webhook-id'] !== headers['idempotency-key']) return false;
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  const captured = { headers: Object.fromEntries(texts), body: Buffer.from(body) };
  return verifySignature(captured, { scheme: 'standard', secrets }).valid;
}

test('each attempt is signed: its exact bytes, the id and its own time', async () => {
  const { url, requests } = await receiver(answering(500));
  const times: number[] = [];
  const sink = aSink({
    url,
    sign(body, about) {
      times.push(about.at);
      return sign(body, about);
    },
  });
  const delivery = aDelivery({ payload: { text: '{ "name":"ä","size":9007199254740993 }' } });
  const before = Date.now();
  await sink.send(delivery, anAttempt());
  await sink.send(delivery, anAttempt({ number: 2 }));
  expect(requests.map(isSigned)).toEqual([true, true]);
  expect(requests.map(({ headers }) => headers['webhook-id'])).toEqual([delivery.id, delivery.id]);
  expect(times.filter((at) => at >= before && at <= Date.now())).toHaveLength(2);
});

test('a batch is signed with its key', async () => {
  const { url, requests } = await receiver(answering(200));
  const batch = [aDelivery({ id: 'one' }), aDelivery({ id: 'two' })];
  await aSink({ url, sign, batch: { bytes: 10_000 } }).whole.send(batch, anAttempt());
  expect(requests.map(isSigned)).toEqual([true]);
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
  const sink = aSink({ url: `http://127.0.0.1:${port}/`, sign });
  for (const number of [1, 2]) {
    expect(await sink.send(aDelivery(), anAttempt({ number }))).toMatchObject({ kind: 'delivered' });
  }
  expect(seen).toHaveLength(3);
  expect(seen[2]).toBe(seen[1]);
});

test('a signature that cannot be made is a failed attempt, and nothing is sent', async () => {
  const { url, accepted } = await receiver(answering(200));
  const sign = () => {
    throw new Error('no key');
  };
  expect(await aSink({ url, sign }).send(aDelivery(), anAttempt())).toMatchObject({
    kind: 'retry',
    reason: 'error',
    detail: expect.stringContaining('no key'),
  });
  expect(accepted()).toBe(0);
});
