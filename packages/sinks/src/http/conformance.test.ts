/** Twin of the registry's own `TestHTTPSink`. Where we differ on purpose, the row says so. */
import { expect, test } from 'vitest';
import { aDelivery, anAttempt, aSink } from '../testing/builders.js';
import { selfSigned } from '../testing/certificate.js';
import { answering, receiver, tcpReceiver } from '../testing/receiver.js';

const V2 = 'application/vnd.docker.distribution.events.v2+json';

test('TestHTTPSink: the request is a POST of the events type whose body decodes', async () => {
  const { url, requests } = await receiver(answering(200));
  await aSink({ url }).send(aDelivery(), anAttempt());
  expect(requests[0]).toMatchObject({ method: 'POST', headers: { 'content-type': V2 } });
  expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ events: [aDelivery().payload.event] });
});

test.each([
  { status: 200, outcome: { kind: 'delivered', status: 200, reason: 'http_200' } },
  // differs on purpose: the registry counts a 307 without Location as success
  { status: 307, outcome: { kind: 'retry', status: 307, reason: 'http_307' } },
  { status: 400, outcome: { kind: 'retry', status: 400, reason: 'http_400' } },
])('TestHTTPSink: a receiver that answers $status makes $outcome.kind', async ({ status, outcome }) => {
  const { url } = await receiver(answering(status));
  expect(await aSink({ url }).send(aDelivery(), anAttempt())).toMatchObject(outcome);
});

test('TestHTTPSink: a connection that is closed without an answer is an error', async () => {
  const { port } = await tcpReceiver((socket) => socket.on('data', () => socket.end()));
  const result = await aSink({ url: `http://127.0.0.1:${port}/` }).send(aDelivery(), anAttempt());
  expect(result).toMatchObject({ kind: 'retry', reason: 'reset' });
});

test('TestHTTPSink: an untrusted certificate is an error, and a trusted one is not', async () => {
  const certificate = selfSigned({ names: ['127.0.0.1'] });
  const { url, requests } = await receiver(answering(200), certificate);
  expect(await aSink({ url }).send(aDelivery(), anAttempt())).toMatchObject({
    kind: 'retry',
    reason: 'tls_untrusted',
  });
  expect(requests).toEqual([]);
  const trusting = aSink({ url, tls: { ca: certificate.cert } });
  expect(await trusting.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'delivered', status: 200 });
});

test('TestHTTPSink: a second close is harmless (differs on purpose: the registry reports an error)', async () => {
  const { url } = await receiver(answering(200));
  const sink = aSink({ url });
  await sink.close();
  await sink.close();
});
