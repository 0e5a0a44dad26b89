/** Kept-alive connections: used again, and not charged to the receiver when they turn out to be closed. */
import type { Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aDelivery, anAttempt, aSink } from '../testing/builders.js';
import { selfSigned } from '../testing/certificate.js';
import { answering, receiver, tcpReceiver } from '../testing/receiver.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

/** Per connection, what to do with its first, second … request. Counts all requests. */
async function scripted(...connections: ((socket: Socket) => void)[][]) {
  const seen: string[] = [];
  const listening = await tcpReceiver((socket, nth) => {
    let count = 0;
    socket.on('data', (bytes) => {
      seen.push(/x-longshore-attempt: (\d+)/i.exec(bytes.toString())?.[1] ?? '?');
      connections[nth - 1]?.[count++]?.(socket);
    });
  });
  return { ...listening, seen, sink: aSink({ url: `http://127.0.0.1:${listening.port}/` }) };
}
const answers = (socket: Socket) => void socket.write(OK);
const closes = (socket: Socket) => void socket.end();
const resets = (socket: Socket) => void socket.resetAndDestroy();
const halfAnswers = (socket: Socket) => void socket.end('HTTP/1.1 2');

test('attempts one after the other share a connection', async () => {
  const { url, accepted } = await receiver(answering(200));
  const sink = aSink({ url });
  for (let number = 1; number <= 10; number++) await sink.send(aDelivery(), anAttempt({ number }));
  expect(accepted()).toBe(1);
});

test('attempts at once have a connection each, and `concurrency` of them are kept', async () => {
  const waiting: (() => void)[] = [];
  const { url, accepted, open } = await receiver((response) => {
    waiting.push(() => response.end());
    if (waiting.length === 5) for (const answer of waiting) answer();
  });
  const sink = aSink({ url, concurrency: 2 });
  await Promise.all(Array.from({ length: 5 }, () => sink.send(aDelivery(), anAttempt())));
  expect(accepted()).toBe(5);
  await expect.poll(open).toBe(2);
});

test.each([
  ['closed', closes],
  ['reset', resets],
])(
  'a used connection that is %s before a byte of the answer is tried once more, on a new one',
  async (_, ends) => {
    const { sink, seen, accepted } = await scripted([answers, ends], [answers]);
    await sink.send(aDelivery(), anAttempt({ number: 1 }));
    expect(await sink.send(aDelivery(), anAttempt({ number: 2 }))).toMatchObject({ kind: 'delivered' });
    expect(seen).toEqual(['1', '2', '2']);
    expect(accepted()).toBe(2);
  },
);

test('once more is once: the second break is the outcome', async () => {
  const { sink, seen } = await scripted([answers, closes], [closes], [answers]);
  await sink.send(aDelivery(), anAttempt({ number: 1 }));
  expect(await sink.send(aDelivery(), anAttempt({ number: 2 }))).toMatchObject({
    kind: 'retry',
    reason: 'reset',
  });
  expect(seen).toEqual(['1', '2', '2']);
});

test('a new connection that breaks is the receiver’s failure', async () => {
  const { sink, seen } = await scripted([closes], [answers]);
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'retry', reason: 'reset' });
  expect(seen).toEqual(['1']);
});

test('a used connection that breaks within the answer is the receiver’s failure', async () => {
  const { sink, seen } = await scripted([answers, halfAnswers], [answers]);
  await sink.send(aDelivery(), anAttempt());
  expect(await sink.send(aDelivery(), anAttempt({ number: 2 }))).toMatchObject({
    kind: 'retry',
    reason: 'reset',
  });
  expect(seen).toEqual(['1', '2']);
});

test('both tries share one deadline', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const closesLate = (socket: Socket) => {
    vi.advanceTimersByTime(9_000);
    socket.end();
  };
  let hang = () => {};
  const hanging = new Promise<void>((resolve) => {
    hang = resolve;
  });
  const { sink, seen } = await scripted([answers, closesLate], [() => hang()]);
  await sink.send(aDelivery(), anAttempt());
  const result = sink.send(aDelivery(), anAttempt({ number: 2 }));
  await hanging;
  // of ten seconds one is left, and not another ten
  vi.advanceTimersByTime(1_001);
  expect(await result).toMatchObject({ kind: 'retry', reason: 'timeout' });
  expect(seen).toEqual(['1', '2', '2']);
});

test('a connection that the receiver closed while idle costs nothing', async () => {
  const { url, accepted, open } = await receiver((response, _, nth) => {
    const { socket } = response;
    response.end(() => nth === 1 && socket?.destroy());
  });
  const sink = aSink({ url });
  await sink.send(aDelivery(), anAttempt());
  await expect.poll(open).toBe(0);
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'delivered' });
  expect(accepted()).toBe(2);
});

test('the same over TLS', async () => {
  const certificate = selfSigned({ names: ['127.0.0.1'] });
  const seen: string[] = [];
  const { url } = await receiver((response, { headers }, nth) => {
    seen.push(String(headers['x-longshore-attempt']));
    if (nth === 2) response.socket?.destroy();
    else response.end();
  }, certificate);
  const sink = aSink({ url, tls: { ca: certificate.cert } });
  await sink.send(aDelivery(), anAttempt({ number: 1 }));
  expect(await sink.send(aDelivery(), anAttempt({ number: 2 }))).toMatchObject({ kind: 'delivered' });
  expect(seen).toEqual(['1', '2', '2']);
});
