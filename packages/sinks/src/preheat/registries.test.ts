import { describe, expect, test } from 'vitest';
import { anAttempt } from '../testing/builders.js';
import { aPreheatSink, aPush, IMAGE, preheatOptionsAt, serving } from '../testing/preheat.js';
import { receiver } from '../testing/receiver.js';

/** What a registry at `base` is sent as credentials, when an event names it. */
async function sentTo(base: string, url?: string) {
  const proxy = await receiver(serving);
  const { registry } = preheatOptionsAt(proxy.url);
  const { sink } = aPreheatSink(proxy.url, {
    registry: {
      ...registry,
      url,
      hosts: ['*'],
      auth: { bearer: 'secret' },
      proxy: new URL(proxy.url).origin,
    },
    dryrun: true,
  });
  const event = { target: { url: `${base}/v2/team/api/manifests/${IMAGE.manifest}` } };
  await sink.send(aPush({ payload: { event } }), anAttempt());
  return proxy.requests.map(({ headers }) => headers.authorization);
}

describe('a registry that an event names', () => {
  /** What a push that names the registry at `named` comes to, and how often the server there was asked. */
  async function sentOf(host: string, hosts: string[], addresses: string[] = []) {
    const server = await receiver(serving);
    const base = `http://${host}:${server.port}`;
    const { registry } = preheatOptionsAt(base);
    const { sink } = aPreheatSink(base, {
      registry: { ...registry, url: undefined, hosts, trusted: { addresses } },
      dryrun: true,
    });
    const event = { target: { url: `${base}/v2/team/api/manifests/${IMAGE.manifest}` } };
    const outcome = await sink.send(aPush({ payload: { event } }), anAttempt());
    return { outcome, requests: server.requests.length };
  }

  test.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]'])(
    'at %s is not asked, although hosts has it',
    async (host) => {
      const { outcome, requests } = await sentOf(host, ['*']);
      expect(outcome).toMatchObject({
        kind: 'dead',
        reason: 'url',
        detail: expect.stringContaining('add it to preheat.registry.addresses'),
      });
      expect(requests).toBe(0);
    },
  );

  test('is asked where addresses has it, too', async () => {
    const { outcome, requests } = await sentOf('127.0.0.1', ['127.0.0.1:*'], ['127.0.0.0/8']);
    expect(outcome).toMatchObject({ kind: 'delivered' });
    expect(requests).toBeGreaterThan(0);
  });

  test('is not asked where hosts does not have it', async () => {
    const { outcome, requests } = await sentOf('127.0.0.1', ['*.example.com'], ['127.0.0.0/8']);
    expect(outcome).toMatchObject({
      kind: 'dead',
      detail: expect.stringContaining('preheat.registry.hosts'),
    });
    expect(requests).toBe(0);
  });
});

describe('credentials', () => {
  test('are not sent over http because an event says so', async () => {
    expect(await sentTo('http://registry.invalid')).toEqual([undefined]);
  });

  test('are sent over http where the operator has written so', async () => {
    expect(await sentTo('http://registry.invalid', 'http://registry.invalid')).toEqual(['Bearer secret']);
  });
});
