/** Answers as receivers send them, byte by byte: each is read as the registry's notifier reads it, at one request. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Outcome } from '@longshore/event';
import { expect, onTestFinished, test } from 'vitest';
import { AS_GO, NOT_AS_GO } from '../testing/answers.js';
import { aDelivery, anAttempt, aSink } from '../testing/builders.js';
import { receiver, tcpReceiver } from '../testing/receiver.js';

/** Longer ones are sent at once only: a packet for each byte is a test of patience. */
const LONGEST_IN_BYTES = 400;

const kindOf = (status: number | undefined): string => {
  if (status === undefined) return 'retry';
  return status < 300 ? 'delivered' : status === 410 ? 'dead' : 'retry';
};

/** First all at once, then in a packet for each byte. */
async function answeredWith(text: string) {
  const bytes = Buffer.from(text);
  const { port, accepted } = await tcpReceiver((socket, nth) => {
    socket.setNoDelay(true);
    socket.once('data', async () => {
      if (nth === 1) return void socket.end(bytes);
      for (const byte of bytes) {
        socket.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      socket.end();
    });
  });
  return { sink: aSink({ url: `http://127.0.0.1:${port}/` }), accepted };
}

test.each([...AS_GO, ...NOT_AS_GO])('%s (%s)', async (_, status, text) => {
  const { sink, accepted } = await answeredWith(text);
  const expected = { kind: kindOf(status), ...(status !== undefined && { status }) };
  const outcome = (await sink.send(aDelivery(), anAttempt())) as Outcome;
  expect(outcome).toMatchObject(expected);
  expect(outcome.status).toBe(status);
  expect(accepted()).toBe(1);
  if (text.length > LONGEST_IN_BYTES) return;
  expect(await sink.send(aDelivery(), anAttempt({ number: 2 }))).toMatchObject(expected);
  expect(accepted()).toBe(2);
});

test.each([
  [200, 'delivered'],
  [410, 'dead'],
  [500, 'retry'],
])('a connection that is reset in the body of a %i', async (status, kind) => {
  const { port, accepted } = await tcpReceiver((socket) => {
    const reset = () => void socket.resetAndDestroy();
    subscribe('undici:request:headers', reset);
    onTestFinished(() => void unsubscribe('undici:request:headers', reset));
    socket.once('data', () => socket.write(`HTTP/1.1 ${status} X\r\nContent-Length: 100\r\n\r\nabc`));
  });
  const outcome = await aSink({ url: `http://127.0.0.1:${port}/` }).send(aDelivery(), anAttempt());
  expect(outcome).toMatchObject({ kind, status, body: 'abc' });
  expect(accepted()).toBe(1);
});

test('Retry-After counts although the body is cut, or the header is folded', async () => {
  for (const end of ['Retry-After: 3\r\nContent-Length: 100\r\n\r\na', 'Retry-After:\r\n 3\r\n\r\n']) {
    const { sink } = await answeredWith(`HTTP/1.1 429 X\r\n${end}`);
    const before = Date.now();
    const outcome = await sink.send(aDelivery(), anAttempt());
    expect(outcome).toMatchObject({ kind: 'retry', status: 429, reason: 'http_429' });
    expect(outcome).toHaveProperty(
      'notBefore',
      expect.toSatisfy((at) => at >= before + 3_000),
    );
  }
});

test('a connection whose answers need lenient reading is kept alive', async () => {
  const { port, accepted } = await tcpReceiver((socket) =>
    socket.on('data', () =>
      socket.write('HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\nContent-Length: 2\n\nok'),
    ),
  );
  const sink = aSink({ url: `http://127.0.0.1:${port}/` });
  for (const number of [1, 2, 3]) {
    const outcome = await sink.send(aDelivery(), anAttempt({ number }));
    expect(outcome).toMatchObject({ kind: 'delivered', body: 'ok' });
  }
  expect(accepted()).toBe(1);
});

test('100 Continue comes at once and the answer later', async () => {
  const { url, accepted } = await receiver((response) => {
    response.writeContinue();
    setImmediate(() => response.end('done'));
  });
  expect(await aSink({ url }).send(aDelivery(), anAttempt())).toMatchObject({
    kind: 'delivered',
    body: 'done',
  });
  expect(accepted()).toBe(1);
});
