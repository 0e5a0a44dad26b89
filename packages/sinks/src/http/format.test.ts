/** What a format says of a request and of the answers to it. */
import { subscribe } from 'node:diagnostics_channel';
import { setTimeout as later } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aDelivery, anAttempt, aSink, theFormat } from '../testing/builders.js';
import { answering, receiver } from '../testing/receiver.js';

test('headers of the format replace ours, and configured ones replace both', async () => {
  const { url, requests } = await receiver(answering(200));
  await aSink({ url, format: theFormat('acr') }).send(aDelivery(), anAttempt());
  const headers = { 'user-agent': ['mine'] };
  await aSink({ url, format: theFormat('acr'), headers }).send(aDelivery(), anAttempt());
  await aSink({ url, format: theFormat('harbor') }).send(aDelivery(), anAttempt());
  expect(requests.map(({ headers }) => headers['user-agent'])).toEqual([
    'AzureContainerRegistry/1.0',
    'mine',
    'longshore/0.0.0-test',
  ]);
  expect(requests.map(({ headers }) => headers['content-type'])).toEqual(Array(3).fill('application/json'));
});

test('the host of the endpoint stands in the names of images', async () => {
  const { url, requests } = await receiver(answering(200));
  await aSink({ url, format: theFormat('keel'), host: 'r.example:5000' }).send(aDelivery(), anAttempt());
  expect(requests[0]?.body).toBe('{"name":"r.example:5000/acme/app","tag":"1.0"}');
});

const SUCCESS = { statuses: [200], body: 'ok', final: [404] };

test.each([
  ['ok', { kind: 'delivered', reason: 'http_200' }],
  [' ok\n', { kind: 'delivered' }],
  ['no_service', { kind: 'retry', reason: 'answer', detail: expect.stringContaining('"ok": no_service; ') }],
  ['', { kind: 'retry', reason: 'answer', detail: expect.stringContaining('the body is empty') }],
  [`ok${' '.repeat(1_022)}and more`, { kind: 'delivered' }],
])('where the body says whether it was success, %j is a verdict', async (body, verdict) => {
  const { url } = await receiver((response) => response.end(body));
  const result = await aSink({ url, answers: SUCCESS }).send(aDelivery(), anAttempt());
  expect(result).toMatchObject(verdict);
});

test('a body that is part of the verdict is waited for', async () => {
  const { url } = await receiver(async (response) => {
    response.write('o');
    await later(400);
    response.end('k');
  });
  const sink = aSink({ url, answers: SUCCESS });
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'delivered' });
});

test('a body that does not come to its end within the timeout is no success', async () => {
  const { url } = await receiver((response) => response.write('o'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const read = new Promise((resolve) => subscribe('undici:request:bodyChunkReceived', resolve));
  const result = aSink({ url, answers: SUCCESS, timeout: 300 }).send(aDelivery(), anAttempt());
  await read;
  vi.advanceTimersByTime(300);
  expect(await result).toMatchObject({ kind: 'retry', reason: 'answer' });
});

test.each([
  [201, 'retry'],
  [404, 'dead'],
  [410, 'dead'],
  [500, 'retry'],
])('with statuses of its own a %i is %s', async (status, kind) => {
  const { url } = await receiver(answering(status));
  const result = await aSink({ url, answers: SUCCESS }).send(aDelivery(), anAttempt());
  expect(result).toMatchObject({ kind, reason: `http_${status}` });
});

test('a final status of a batch is no verdict on each of its events', async () => {
  const { url } = await receiver(answering(400));
  const format = { ...theFormat('cloudevents'), batches: () => true };
  const { answers } = format;
  const sink = aSink({ url, format, answers, batch: { bytes: 100_000 }, settings: { mode: 'batch' } });
  const results = await sink.whole.send([aDelivery(), aDelivery()], anAttempt());
  expect(results.map((result) => typeof result === 'object' && result.kind)).toEqual(['retry', 'retry']);
});
