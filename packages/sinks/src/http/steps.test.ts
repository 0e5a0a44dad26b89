/** What a failed attempt says of the connection that was opened for it. */
import { selfSigned } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { aDelivery, anAttempt, aSink } from '../testing/builders.js';
import { answering, deadPort, receiver } from '../testing/receiver.js';

const number = expect.any(Number);

test('the attempt that opened the connection has the time of each step, the next one on it has none', async () => {
  const { cert, key } = selfSigned({ names: ['localhost'] });
  const { port } = await receiver(answering(503), { cert, key });
  const sink = aSink({ url: `https://localhost:${port}/`, tls: { ca: cert } });
  const first = await sink.send(aDelivery(), anAttempt());
  expect(first).toMatchObject({ reason: 'http_503', opening: { dns: number, connect: number, tls: number } });
  const second = await sink.send(aDelivery(), anAttempt({ number: 2 }));
  expect(second).toMatchObject({ reason: 'http_503' });
  expect(second).not.toHaveProperty('opening');
});

test('a step that was not reached is absent, and an address needs no name', async () => {
  const sink = aSink({ url: `http://127.0.0.1:${await deadPort()}/` });
  const failed = await sink.send(aDelivery(), anAttempt());
  expect(failed).toMatchObject({ reason: 'refused' });
  expect(failed).toHaveProperty('opening', { connect: number });
});

test('of what was delivered the total is enough', async () => {
  const { url } = await receiver(answering(200));
  const delivered = await aSink({ url }).send(aDelivery(), anAttempt());
  expect(delivered).toMatchObject({ kind: 'delivered' });
  expect(delivered).not.toHaveProperty('opening');
});
