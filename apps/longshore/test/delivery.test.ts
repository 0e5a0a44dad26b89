import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { eventually, selfSigned, startReceiver } from '@longshore/testkit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AT_LAST } from './control.js';
import {
  anEvent,
  envelope,
  idsOf,
  type Settings,
  startRelay,
  startRelayProcess,
  workFolder,
  writeConfig,
} from './relay.js';

vi.setConfig({ testTimeout: 90_000 });

const fast = { backoff: '50ms', maxbackoff: '200ms' };

/** With a Redis of its own. A receiver that is only slow, on a busy machine, has not failed. */
async function relayTo(all: object[], more: Settings = {}) {
  const endpoints = all.map((endpoint) => ({ timeout: '10s', ...endpoint }));
  return startRelay(await writeConfig(await workFolder(), { notifications: { endpoints }, ...more }));
}

/** With a certificate of its own authority. */
async function tlsReceiver() {
  const certificate = selfSigned({ names: ['127.0.0.1'] });
  const receiver = createServer(certificate, (request, response) => {
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void receiver.close());
  const url = `https://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  return { url, cert: certificate.cert };
}

describe('the way of an event', () => {
  test('an event reaches every endpoint as it came, with our headers', async () => {
    const [one, two] = [await startReceiver(), await startReceiver()];
    const headers = { Authorization: ['Bearer abc'], 'X-Two': ['1', '2'] };
    const relay = await relayTo([
      { name: 'one', url: `${one.url}/hook`, headers },
      { name: 'two', url: two.url },
    ]);
    const event = { ...anEvent(), unknown: { kept: true } };
    const answer = await relay.post(envelope(event));
    expect([answer.status, await answer.json()]).toEqual([
      202,
      { accepted: 1, enqueued: 2, duplicates: 0, ignored: 0, quarantined: 0 },
    ]);
    const [request] = await one.received(1);
    await two.received(1);
    expect(request?.json()).toEqual({ events: [event] });
    expect(request).toMatchObject({ method: 'POST', url: '/hook' });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/vnd.docker.distribution.events.v2+json',
      authorization: 'Bearer abc',
      'x-two': '1, 2',
      'user-agent': expect.stringMatching(/^longshore\/\d/),
      'x-longshore-attempt': '1',
      'idempotency-key': request?.headers['x-longshore-delivery'],
    });
  });

  test('the proxy of the environment is taken, as the registry takes it, but never for this machine', async () => {
    const [proxy, near] = [await startReceiver(), await startReceiver()];
    const endpoints = [
      { name: 'far', url: 'http://receiver.example.com/hook' },
      { name: 'near', url: near.url },
    ];
    const file = await writeConfig(await workFolder(), { notifications: { endpoints } });
    const relay = await startRelayProcess(file, { env: { HTTP_PROXY: proxy.url } });
    await relay.post(envelope(anEvent()));
    const [asked] = await proxy.received(1);
    expect(asked?.url).toBe('http://receiver.example.com/hook');
    const [direct] = await near.received(1);
    expect(direct?.url).toBe('/');
  });

  test('a certificate authority is trusted by the endpoint that names it, or by the machine’s store', async () => {
    const own = await tlsReceiver();
    const known = await tlsReceiver();
    const unknown = await tlsReceiver();
    const folder = await workFolder();
    const ca = join(folder, 'ca.pem');
    const store = join(folder, 'store.pem');
    await writeFile(ca, own.cert);
    await writeFile(store, known.cert);
    const endpoints = [
      { name: 'own', url: own.url, timeout: '10s', tls: { ca: `file:${ca}` } },
      { name: 'known', url: known.url, timeout: '10s' },
      { name: 'unknown', url: unknown.url, timeout: '10s', threshold: 1 },
    ];
    const relay = await startRelayProcess(await writeConfig(folder, { notifications: { endpoints } }), {
      env: { SSL_CERT_FILE: store, SSL_CERT_DIR: folder, NODE_EXTRA_CA_CERTS: '' },
    });
    await relay.post(envelope(anEvent()));
    for (const name of ['own', 'known']) {
      await relay.waitFor(({ endpoint, outcome }) => endpoint === name && outcome === 'delivered');
    }
    const dead = await relay.waitFor(({ endpoint, outcome }) => endpoint === 'unknown' && outcome === 'dead');
    expect(dead).toMatchObject({ reason: 'tls_untrusted', detail: expect.stringContaining('tls.ca') });
    expect(dead).toHaveProperty('detail', expect.stringContaining(`${store} (SSL_CERT_FILE)`));
  });

  test('references are removed unless they are asked for', async () => {
    const receiver = await startReceiver();
    const endpoints = [{ name: 'one', url: receiver.url }];
    const references = [{ mediaType: 'a/b', size: 1, digest: 'sha256:00' }];
    const without = await relayTo(endpoints);
    await without.post(envelope(anEvent({ target: { references } })));
    const [bare] = await receiver.received(1);
    expect(bare?.body).not.toContain('references');
    const folder = await workFolder();
    const notifications = { events: { includereferences: true }, endpoints };
    const withThem = await startRelay(await writeConfig(folder, { notifications }));
    await withThem.post(envelope(anEvent({ target: { references } })));
    const [, full] = await receiver.received(2);
    expect(full?.json()).toMatchObject({ events: [{ target: { references } }] });
  });

  test('the same event again is delivered once', async () => {
    const receiver = await startReceiver();
    const relay = await relayTo([{ name: 'one', url: receiver.url }]);
    const [event, last] = [anEvent(), anEvent()];
    await relay.post(envelope(event));
    await receiver.received(1);
    expect(await (await relay.post(envelope(event))).json()).toMatchObject({ enqueued: 0, duplicates: 1 });
    await relay.post(envelope(last));
    await receiver.received(2);
    expect(idsOf(receiver.requests)).toEqual([event.id, last.id]);
  });

  test('rules are applied, and what they ignore is counted in the answer', async () => {
    const receiver = await startReceiver();
    const ignore = { actions: ['pull'], mediatypes: ['application/octet-stream'], tags: ['*-dev'] };
    const relay = await relayTo([
      { name: 'one', url: receiver.url, ignore },
      { name: 'off', url: receiver.url, disabled: true },
    ]);
    const wanted = anEvent();
    const answer = await relay.post(
      envelope(
        anEvent({ action: 'pull' }),
        anEvent({ target: { mediaType: 'application/octet-stream' } }),
        anEvent({ target: { tag: '2-dev' } }),
        anEvent({ action: 'scan' }),
        wanted,
      ),
    );
    expect(await answer.json()).toMatchObject({ accepted: 5, enqueued: 1, ignored: 4 });
    await receiver.received(1);
    expect(idsOf(receiver.requests)).toEqual([wanted.id]);
  });
});

describe('a receiver that fails', () => {
  test('the same delivery comes again, with the attempt counted, until it is taken', async () => {
    const receiver = await startReceiver((_, n) => ({ status: n < 4 ? 503 : 200 }));
    const relay = await relayTo([{ name: 'one', url: receiver.url, ...fast }]);
    await relay.post(envelope(anEvent()));
    const requests = await receiver.received(4);
    expect(requests.map(({ headers }) => headers['x-longshore-attempt'])).toEqual(['1', '2', '3', '4']);
    expect(new Set(requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    const records = await eventually(
      () => relay.records.filter(({ record }) => record === 'delivery.attempted'),
      (all) => all.length === 4,
    );
    expect(records.map(({ outcome }) => outcome)).toEqual(['retry', 'retry', 'retry', 'delivered']);
    expect(records[0]).toMatchObject({ endpoint: 'one', status: 503, reason: 'http_503', attempt: 1 });
  });

  test('after threshold attempts it is dead-lettered and recorded once, and no other endpoint waits', async () => {
    const [bad, good] = [await startReceiver({ status: 500 }), await startReceiver()];
    const relay = await relayTo([
      { name: 'bad', url: bad.url, threshold: 3, ...fast },
      { name: 'good', url: good.url },
    ]);
    await relay.post(envelope(anEvent()));
    await good.received(1);
    const settled = await relay.waitFor('delivery.settled');
    expect(settled).toMatchObject({ level: 'error', endpoint: 'bad', attempts: 3, reason: 'http_500' });
    expect(bad.requests).toHaveLength(3);
  });

  test('410 is dead at once and a redirect is a failure', async () => {
    const gone = await startReceiver({ status: 410 });
    const moved = await startReceiver((request) =>
      request.url === '/' ? { status: 302, headers: { location: '/login' } } : { status: 200 },
    );
    const relay = await relayTo([
      { name: 'gone', url: gone.url },
      { name: 'moved', url: moved.url, threshold: 2, ...fast },
    ]);
    await relay.post(envelope(anEvent()));
    const dead = (name: string) => (record: Record<string, unknown>) =>
      record.record === 'delivery.settled' && record.endpoint === name;
    expect(await relay.waitFor(dead('gone'))).toMatchObject({ attempts: 1, reason: 'http_410' });
    expect(await relay.waitFor(dead('moved'))).toMatchObject({ attempts: 2, reason: 'http_302' });
    expect(moved.requests.map(({ url }) => url)).toEqual(['/', '/']);
  });

  test('a black hole holds up its own deliveries and no others', async () => {
    const hole = await startReceiver('hang');
    const others = await Promise.all(Array.from({ length: 4 }, () => startReceiver()));
    const endpoints = others.map(({ url }, n) => ({ name: `good-${n}`, url }));
    const relay = await relayTo(
      [{ name: 'hole', url: hole.url, timeout: '60s', concurrency: 2 }, ...endpoints],
      // At the test's end nothing is worth waiting for.
      { worker: { grace: '100ms' } },
    );
    for (let n = 0; n < 50; n++) await relay.post(envelope(anEvent()));
    await Promise.all(others.map((receiver) => receiver.received(50, AT_LAST)));
    // Two are in flight there, as its concurrency says; the rest waits.
    await hole.received(2, AT_LAST);
    expect(hole.requests).toHaveLength(2);
  });

  test('a receiver that was down gets everything when it is back', async () => {
    const receiver = await startReceiver();
    await receiver.stop();
    const relay = await relayTo([{ name: 'one', url: receiver.url, threshold: 100, ...fast }]);
    const events = Array.from({ length: 20 }, () => anEvent());
    for (const event of events) await relay.post(envelope(event));
    await relay.waitFor(({ reason }) => reason === 'refused');
    await receiver.start();
    await receiver.received(20);
    expect(new Set(idsOf(receiver.requests))).toEqual(new Set(events.map(({ id }) => id)));
  });
});
