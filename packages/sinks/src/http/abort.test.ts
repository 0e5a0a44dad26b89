/** Shutdown: what an abort does in each phase, and what `close` leaves. */
import { subscribe } from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import { aDelivery, anAttempt, aSink, type SingleSink } from '../testing/builders.js';
import { answering, receiver, tcpReceiver } from '../testing/receiver.js';

test('an abort while connecting ends the attempt, and the socket is closed', async () => {
  const silent = await tcpReceiver(() => {});
  const shutdown = new AbortController();
  const sink = aSink({ url: `https://127.0.0.1:${silent.port}/` });
  const result = sink.send(aDelivery(), anAttempt({ signal: shutdown.signal }));
  await expect.poll(silent.open).toBe(1);
  shutdown.abort();
  expect(await result).toBe('aborted');
  await expect.poll(silent.open).toBe(0);
});

test('close while connecting ends the attempt, and the socket is closed', async () => {
  const silent = await tcpReceiver(() => {});
  const sink = aSink({ url: `https://127.0.0.1:${silent.port}/` });
  const result = sink.send(aDelivery(), anAttempt());
  await expect.poll(silent.open).toBe(1);
  await sink.close();
  expect(await result).toBe('aborted');
  await expect.poll(silent.open).toBe(0);
});

test.each([
  ['abort', (_: SingleSink, shutdown: AbortController) => shutdown.abort()],
  ['close', (sink: SingleSink) => sink.close()],
])('once the status is read, %s does not change the outcome', async (_, stop) => {
  const { url } = await receiver((response) => void response.writeHead(200).write('part of it'));
  const read = new Promise((resolve) => subscribe('undici:request:bodyChunkReceived', resolve));
  const shutdown = new AbortController();
  const sink = aSink({ url });
  const result = sink.send(aDelivery(), anAttempt({ signal: shutdown.signal }));
  await read;
  await stop(sink, shutdown);
  expect(await result).toMatchObject({ kind: 'delivered', status: 200, body: 'part of it' });
});

test('attempts take their listeners off the shutdown signal', async () => {
  const { url } = await receiver(answering(200));
  const shutdown = new AbortController();
  let listening = 0;
  const { addEventListener, removeEventListener } = shutdown.signal;
  Object.assign(shutdown.signal, {
    addEventListener(...args: Parameters<typeof addEventListener>) {
      listening++;
      addEventListener.apply(shutdown.signal, args);
    },
    removeEventListener(...args: Parameters<typeof removeEventListener>) {
      listening--;
      removeEventListener.apply(shutdown.signal, args);
    },
  });
  const sink = aSink({ url });
  const send = () => sink.send(aDelivery(), anAttempt({ signal: shutdown.signal }));
  await Promise.all(Array.from({ length: 30 }, send));
  expect(listening).toBe(0);
});
