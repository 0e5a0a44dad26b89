/** One deadline for an attempt, until the head of its answer; and a limit for what is read of the body. */
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aDelivery, anAttempt, aSink } from '../testing/builders.js';
import { answering, receiver, tcpReceiver } from '../testing/receiver.js';

const timeouts = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

test('a connection that does not come about ends with the deadline, and its socket is closed', async () => {
  const silent = await tcpReceiver(() => {});
  const outcome = await aSink({ url: `https://127.0.0.1:${silent.port}/`, timeout: 100 }).send(
    aDelivery(),
    anAttempt(),
  );
  expect(outcome).toMatchObject({
    reason: 'timeout',
    detail: expect.stringMatching(/no connection within 100 ms; .* speaks TLS \(http against https\)$/),
  });
  await expect.poll(silent.open).toBe(0);
});

const SENT = 'undici:client:sendHeaders';
const READ = 'undici:request:bodyChunkReceived';

test('an answer that does not come ends with the deadline, and its socket is closed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const sent = new Promise((resolve) => subscribe(SENT, resolve));
  const { url, open } = await receiver(() => {});
  const result = aSink({ url, timeout: 100 }).send(aDelivery(), anAttempt());
  await sent;
  vi.advanceTimersByTime(100);
  expect(await result).toMatchObject({
    kind: 'retry',
    reason: 'timeout',
    detail: expect.stringContaining('no response'),
  });
  await expect.poll(open).toBe(0);
});

const HEAD = 'X\r\nRetry-After: 3\r\nContent-Length: 1000000\r\n\r\n';
const NO_ANSWER = {
  kind: 'retry',
  reason: 'timeout',
  detail: expect.stringContaining('no response within'),
};

test.each([
  ['slow loris: headers that trickle', 'HTTP/1.1 200 OK\r\n', 'X-A: b\r\n', SENT, NO_ANSWER],
  ['endless early hints', '', 'HTTP/1.1 103 Early Hints\r\n\r\n', SENT, NO_ANSWER],
  ['the body of a 503', `HTTP/1.1 503 ${HEAD}`, 'x', READ, { kind: 'retry', status: 503 }],
  ['the body of a 410', `HTTP/1.1 410 ${HEAD}`, 'x', READ, { kind: 'dead', status: 410 }],
])('%s ends with the deadline', async (_, start, drop, sign, expected) => {
  // The clock of the deadline stands until the client is where the deadline is to find it.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const there = new Promise((resolve) => subscribe(sign, resolve));
  let drops = 0;
  const { port, open } = await tcpReceiver((socket) => {
    socket.once('data', () => {
      socket.write(start);
      const trickle = setInterval(() => socket.write(drop, () => drops++), 20);
      socket.on('close', () => clearInterval(trickle));
    });
  });
  const result = aSink({ url: `http://127.0.0.1:${port}/`, timeout: 1_000 }).send(aDelivery(), anAttempt());
  await there;
  vi.advanceTimersByTime(999);
  for (const before = drops; drops < before + 3; ) await new Promise((resolve) => setImmediate(resolve));
  vi.advanceTimersByTime(1);
  expect(await result).toMatchObject(expected);
  await expect.poll(open).toBe(0);
});

test('an event stream does not hold the delivery: it is settled, and its connection ends with the deadline', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const read = new Promise((resolve) => subscribe(READ, resolve));
  const { port, open, accepted } = await tcpReceiver((socket) =>
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\ndata: a\n\n')),
  );
  const sink = aSink({ url: `http://127.0.0.1:${port}/`, timeout: 60_000 });
  const result = sink.send(aDelivery(), anAttempt());
  await read;
  vi.advanceTimersByTime(100);
  expect(await result).toMatchObject({ kind: 'delivered', status: 200, body: 'data: a\n\n' });
  expect([open(), accepted()]).toEqual([1, 1]);
  vi.advanceTimersByTime(60_000);
  await expect.poll(open).toBe(0);
});

test('a body that ends after its delivery was settled leaves the connection usable', async () => {
  let end = () => {};
  const { url, accepted } = await receiver((response, _, nth) => {
    response.write('part');
    if (nth === 1) end = () => void response.end();
    else response.end();
  });
  const sink = aSink({ url });
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'delivered', body: 'part' });
  const ended = new Promise((resolve) => subscribe('undici:request:trailers', resolve));
  end();
  await ended;
  await new Promise((resolve) => setImmediate(resolve));
  await sink.send(aDelivery(), anAttempt());
  expect(accepted()).toBe(1);
});

test('of an endless body 64 KiB are read; the outcome stands by the status, and the connection is dropped', async () => {
  let sent = 0;
  const { url, open } = await receiver((response) => {
    const pour = () => {
      while (!response.destroyed && response.write('x'.repeat(16_384))) sent += 16_384;
      sent += 16_384;
    };
    response.on('drain', pour).writeHead(200);
    pour();
  });
  const sink = aSink({ url });
  const outcome = await sink.send(aDelivery(), anAttempt());
  expect(outcome).toMatchObject({ kind: 'delivered', status: 200, body: 'x'.repeat(2048) });
  await expect.poll(open).toBe(0);
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

test('a body of just 64 KiB leaves the connection usable', async () => {
  const { url, accepted } = await receiver(answering(200, 'x'.repeat(64 * 1024)));
  const sink = aSink({ url });
  await sink.send(aDelivery(), anAttempt());
  await sink.send(aDelivery(), anAttempt());
  expect(accepted()).toBe(1);
});

test('a timeout of a fraction of a millisecond is a timeout, not none', async () => {
  const { url } = await receiver(() => {});
  const outcome = await aSink({ url, timeout: 0.0005 }).send(aDelivery(), anAttempt());
  expect(outcome).toMatchObject({ reason: 'timeout', detail: expect.stringContaining('within 0.0005 ms') });
});

test('a timeout longer than timers can be is a long one, not a short one', async () => {
  const { url } = await receiver(answering(200));
  expect(await aSink({ url, timeout: 2 ** 40 }).send(aDelivery(), anAttempt())).toMatchObject({
    kind: 'delivered',
  });
});

test('an attempt leaves no timer behind', async () => {
  const { url } = await receiver(answering(200, '', { connection: 'close' }));
  const sink = aSink({ url, timeout: 3_600_000 });
  const before = timeouts();
  for (let number = 1; number <= 5; number++) await sink.send(aDelivery(), anAttempt({ number }));
  expect(timeouts()).toBeLessThanOrEqual(before);
});

test('an answer that had arrived by the deadline counts, although this process was too busy to read it', async () => {
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(ANSWERS_A_LITTLE_LATER, { eval: true, workerData: taken });
  onTestFinished(async () => void (await thread.terminate()));
  const [port] = await once(thread, 'message');
  const sink = aSink({ url: `http://127.0.0.1:${port}/`, timeout: 1_000 });
  const late = performance.now() + 1_200;
  const result = sink.send(aDelivery(), anAttempt());
  while (Atomics.load(taken, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  // busy until the deadline is over, and the answer is there
  while (performance.now() < late || Atomics.load(taken, 0) !== ANSWERED);
  expect(await result).toMatchObject({ kind: 'delivered' });
});

/** What `taken` holds once the kernel has the answer. */
const ANSWERED = 2;

/** In a thread of its own, so that it answers while the test's thread is busy. */
const ANSWERS_A_LITTLE_LATER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:http').createServer((request, response) => {
    Atomics.store(workerData, 0, 1);
    response.on('finish', () => Atomics.store(workerData, 0, 2));
    setTimeout(() => response.end(), 50);
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;
