/**
 * Twins of the registry's own tests of its sinks (`notifications/*_test.go` of 2.8.3 and 3.1, and go-events),
 * named after them, against the relay as it runs. Where Longshore differs on purpose the twin says so.
 */

import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { eventually, type Reply, redisUrl, selfSigned, startReceiver, testPrefix } from '@longshore/testkit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AT_LAST, metricsOf, patient, relayTo, varsOf } from './control.js';
import { anEvent, envelope, idsOf, startRelay, startRelayProcess, workFolder, writeConfig } from './relay.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 90_000 });

/** For thousands of deliveries on a machine that has other things to do. */
const MANY_TIMEOUT_MS = 240_000;

const many = (n: number) => Array.from({ length: n }, () => anEvent());
/** Some at a time: with a thousand, a busy relay may read Redis' answers later than the 4 s after which it says 503. */
const inBursts = <Item>(items: Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
const ids = (events: Record<string, unknown>[]) => events.map(({ id }) => id).sort();

describe('TestHTTPSink', () => {
  test('counts each answer as the registry does, exactly', async () => {
    let answer: Reply = {};
    const receiver = await startReceiver(() => answer);
    // One attempt for each event: what fails is dead at once and does not blur the counts.
    const relay = await relayTo([{ name: 'sink', url: receiver.url, threshold: 1 }]);
    const expected = { Pending: 0, Events: 0, Successes: 0, Failures: 0, Errors: 0, Statuses: {} };
    const post = async (reply: Reply, counted: object) => {
      answer = reply;
      expected.Events += 1;
      Object.assign(expected, counted);
      await relay.post(envelope(anEvent()));
      await receiver.received(expected.Events, AT_LAST);
      expect(await metricsOf(relay, 'sink')).toEqual(expected);
    };
    await post({ status: 200 }, { Successes: 1, Statuses: { '200 OK': 1 } });
    await post({ status: 200 }, { Successes: 2, Statuses: { '200 OK': 2 } });
    await post({ status: 200 }, { Successes: 3, Statuses: { '200 OK': 3 } });
    // Differs on purpose: the registry counts any 3xx without a Location as success, here it is a failure.
    const redirected = { '200 OK': 3, '307 Temporary Redirect': 1 };
    await post({ status: 307 }, { Failures: 1, Statuses: redirected });
    const refused = { ...redirected, '400 Bad Request': 1 };
    await post({ status: 400 }, { Failures: 2, Statuses: refused });
    // A connection that is closed without an answer is an error, and no status.
    await post('reset', { Errors: 1 });
    await post({ status: 200 }, { Successes: 4, Statuses: { ...refused, '200 OK': 4 } });
  });

  test('the request is a POST of the events type whose body decodes', async () => {
    const receiver = await startReceiver();
    const relay = await relayTo([{ name: 'sink', url: receiver.url }]);
    const event = anEvent();
    await relay.post(envelope(event));
    const [request] = await receiver.received(1, AT_LAST);
    expect(request).toMatchObject({ method: 'POST' });
    expect(request?.headers['content-type']).toMatch(
      /^application\/vnd\.docker\.distribution\.events\.v2\+json$/,
    );
    expect(request?.json()).toEqual({ events: [event] });
  });

  test('an untrusted certificate is an error, and a trusted one is not', async () => {
    const certificate = selfSigned({ names: ['127.0.0.1'] });
    const server = createServer(certificate, (_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const endpoints = [{ name: 'sink', url: `https://127.0.0.1:${port}/`, threshold: 1, timeout: '10s' }];
    const folder = await workFolder();
    const redis = { url: redisUrl(), prefix: testPrefix() };
    const file = await writeConfig(folder, { notifications: { endpoints }, redis });

    const untrusting = await startRelay(file);
    await untrusting.post(envelope(anEvent()));
    expect(await untrusting.waitFor('delivery.settled', AT_LAST)).toMatchObject({
      reason: 'tls_untrusted',
      outcome: 'dead',
    });
    expect(await metricsOf(untrusting, 'sink')).toMatchObject({ Errors: 1, Failures: 0, Statuses: {} });
    await untrusting.stop();

    const ca = join(folder, 'ca.pem');
    await writeFile(ca, certificate.cert);
    const trusting = await startRelayProcess(file, { env: { NODE_EXTRA_CA_CERTS: ca } });
    await trusting.post(envelope(anEvent()));
    await trusting.waitFor(({ outcome }) => outcome === 'delivered', AT_LAST);
    expect(await metricsOf(trusting, 'sink')).toMatchObject({ Successes: 1, Errors: 0 });
  });
});

describe('TestEventQueue', () => {
  test('1000 writes, a hundred at once, to a slow sink all arrive, and then nothing is pending', async () => {
    const receiver = await startReceiver({ delay: 5 });
    const slow = { name: 'slow', url: receiver.url, timeout: '60s' };
    const relay = await relayTo([slow], {}, startRelayProcess);
    const events = many(1_000);
    for (const burst of inBursts(events, 100)) {
      const answers = await Promise.all(burst.map((event) => relay.post(envelope(event))));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    }
    const metrics = await metricsOf(relay, 'slow', MANY_TIMEOUT_MS);
    expect(metrics).toMatchObject({ Pending: 0, Events: 1_000, Successes: 1_000, Failures: 0, Errors: 0 });
    expect(idsOf(receiver.requests).sort()).toEqual(ids(events));
    // Closed: a write after that is refused, so that the sender keeps the event.
    expect((await relay.stop()).code).toBe(0);
    await expect(relay.post(envelope(anEvent()))).rejects.toThrow('fetch failed');
  });

  test('kill -9 between enqueue and delivery loses nothing (the registry loses all)', async () => {
    const receiver = await startReceiver();
    const endpoints = [{ name: 'sink', url: receiver.url, timeout: '10s' }];
    // With a Redis of its own, which is killed with it.
    const file = await writeConfig(await workFolder(), { notifications: { endpoints } });
    const ingest = await startRelayProcess(file, { roles: ['ingest'] });
    const events = many(100);
    const answers = await Promise.all(events.map((event) => ingest.post(envelope(event))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    await ingest.crash();
    expect(receiver.requests).toEqual([]);
    const relay = await startRelay(file);
    await metricsOf(relay, 'sink');
    expect(idsOf(receiver.requests).sort()).toEqual(ids(events));
  });

  test('what is queued at SIGTERM is delivered after the next start (the registry loses it)', async () => {
    const receiver = await startReceiver();
    await receiver.stop();
    const endpoints = [{ name: 'sink', url: receiver.url, timeout: '10s', ...patient, maxbackoff: '200ms' }];
    const file = await writeConfig(await workFolder(), { notifications: { endpoints } });
    const first = await startRelay(file);
    const events = many(10);
    for (const event of events) await first.post(envelope(event));
    expect((await first.stop()).code).toBe(0);
    await receiver.start();
    await startRelay(file);
    await receiver.received(10, AT_LAST);
    expect(idsOf(receiver.requests).sort()).toEqual(ids(events));
  });
});

/** Ignored media types, ignored actions, and which of a blob's push, a manifest's pull and a blob's delete pass. */
const IGNORED: [string, { mediatypes?: string[]; actions?: string[] }, string[]][] = [
  ['no lists', {}, ['push', 'pull', 'delete']],
  ['nothing matches', { mediatypes: ['other'], actions: ['other'] }, ['push', 'pull', 'delete']],
  ['the type matches', { mediatypes: ['blob'], actions: ['other'] }, ['pull', 'delete']],
  ['one of two types matches', { mediatypes: ['blob', 'manifest'], actions: ['other'] }, ['delete']],
  ['the action matches', { mediatypes: ['other'], actions: ['push'] }, ['pull', 'delete']],
  ['another action matches', { mediatypes: ['other'], actions: ['pull'] }, ['push', 'delete']],
  ['one of two actions matches', { mediatypes: ['other'], actions: ['pull', 'push'] }, ['delete']],
  ['either matches', { mediatypes: ['blob'], actions: ['pull'] }, ['delete']],
  ['no types, the action matches (3.1)', { actions: ['push'] }, ['pull', 'delete']],
  ['mount and delete are ignored', { actions: ['mount', 'delete'] }, ['push', 'pull']],
  // What the registry's table leaves out.
  ['another case', { mediatypes: ['BLOB'], actions: ['Push', 'PULL'] }, ['push', 'pull', 'delete']],
  ['a prefix', { mediatypes: ['blo', 'mani'], actions: ['p', 'pu'] }, ['push', 'pull', 'delete']],
  ['what would be a glob', { mediatypes: ['*', 'b*'], actions: ['*', 'pu?h'] }, ['push', 'pull', 'delete']],
  ['an empty type is that of a delete', { mediatypes: [''] }, ['push', 'pull']],
];

test('TestIgnoredSink: each endpoint gets what its lists let pass, and nothing else', async () => {
  const receiver = await startReceiver();
  const relay = await relayTo(
    IGNORED.map(([name, ignore], n) => ({ name, url: `${receiver.url}/${n}`, ignore, timeout: '10s' })),
  );
  const events = [
    anEvent({ action: 'push', target: { mediaType: 'blob' } }),
    anEvent({ action: 'pull', target: { mediaType: 'manifest' } }),
    anEvent({ action: 'delete', target: { mediaType: '', size: 0 } }),
  ];
  const passing = IGNORED.flatMap(([, , actions]) => actions).length;
  const answer = await relay.post(envelope(...events));
  expect(await answer.json()).toMatchObject({ enqueued: passing, ignored: 3 * IGNORED.length - passing });
  for (const [n, [name, , actions]] of IGNORED.entries()) {
    // Before the queue, as in the registry: what is ignored is in no metric.
    expect(await metricsOf(relay, name)).toMatchObject({ Events: actions.length, Successes: actions.length });
    const got = receiver.requests
      .filter(({ url }) => url === `/${n}`)
      .flatMap((each) => actionsIn(each.body));
    expect([name, got.sort()]).toEqual([name, [...actions].sort()]);
  }
});

const actionsIn = (body: string): string[] =>
  JSON.parse(body).events.map(({ action }: { action: string }) => action);

test('TestBroadcaster [2.8]: ten sinks each get all 200 events', async () => {
  const receiver = await startReceiver();
  const names = Array.from({ length: 10 }, (_, n) => `sink-${n}`);
  const relay = await relayTo(
    names.map((name) => ({ name, url: `${receiver.url}/${name}`, timeout: '60s' })),
    {},
    startRelayProcess,
  );
  // A fifth of the registry's: what is tested is that none is missing at any sink.
  const events = many(200);
  for (const burst of inBursts(events, 50)) expect((await relay.post(envelope(...burst))).status).toBe(202);
  for (const name of names)
    expect(await metricsOf(relay, name, MANY_TIMEOUT_MS)).toMatchObject({ Successes: 200 });
  for (const name of names) {
    const got = receiver.requests.filter(({ url }) => url === `/${name}`);
    expect(idsOf(got).sort()).toEqual(ids(events));
  }
});

describe('TestRetryingSink', () => {
  /** Fails always at first, then mostly. */
  const flaky = (often: number) => (_: unknown, n: number) => ({
    status: n <= 50 || Math.random() < often ? 500 : 200,
  });

  test.each([
    ['TestRetryingSink [2.8]', 0.9, patient],
    ['TestRetryingSinkBreaker: at a fixed pace', 0.7, { threshold: 10_000, schedule: ['10ms'] }],
    ['TestRetryingSinkExponentialBackoff', 0.7, { threshold: 10_000, backoff: '1ms', maxbackoff: '50ms' }],
  ])('%s: a sink that fails most of the time gets all 100 events', async (_, often, settings) => {
    const receiver = await startReceiver(flaky(often));
    const relay = await relayTo([{ name: 'flaky', url: receiver.url, ...settings }]);
    const events = many(100);
    await relay.post(envelope(...events));
    const metrics = await metricsOf(relay, 'flaky', 60_000);
    expect(metrics).toMatchObject({ Events: 100, Successes: 100, Errors: 0 });
    expect(metrics.Failures).toBe(receiver.requests.length - 100);
    expect(new Set(idsOf(receiver.requests))).toEqual(new Set(ids(events)));
  });

  test('differs on purpose: at the threshold a delivery is given up, kept and reported, and does not block the rest', async () => {
    const receiver = await startReceiver(({ body }) => ({
      status: body.includes('acme/doomed') ? 500 : 200,
    }));
    const relay = await relayTo([{ name: 'sink', url: receiver.url, threshold: 3, backoff: '10ms' }]);
    const doomed = anEvent({ target: { repository: 'acme/doomed' } });
    const events = many(20);
    await relay.post(envelope(doomed, ...events));
    const metrics = await metricsOf(relay, 'sink');
    expect(metrics).toMatchObject({ Events: 21, Successes: 20, Failures: 3 });
    const dead = { eventId: doomed.id, attempts: 3, reason: 'http_500', outcome: 'dead' };
    expect(await relay.waitFor('delivery.settled', AT_LAST)).toMatchObject(dead);
  });
});

test('TestMetricsExpvar: no endpoint is null, and one that is created is one element', async () => {
  const folder = await workFolder();
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const relay = await startRelay(await writeConfig(folder, { redis }));
  expect(await varsOf(relay)).toBeNull();
  const endpoints = [{ name: 'x', url: 'http://127.0.0.1:9/' }];
  await writeConfig(folder, { notifications: { endpoints }, redis });
  relay.signal('SIGHUP');
  await eventually(
    () => varsOf(relay),
    (vars) => vars?.length === 1,
  );
});
