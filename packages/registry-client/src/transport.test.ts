import { createSecureContext } from 'node:tls';
import { eventually, oci, selfSigned, startReceiver } from '@longshore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RegistryError } from './error.js';
import { aClient, errorOf, kindOf, signal } from './testing/client.js';
import { aProxy, aServerOf } from './testing/proxy.js';

const app = 'acme/app';
const image = oci.image();
const layer = oci.blob('the layer', 'application/vnd.oci.image.layer.v1.tar');
const tags = { '1.0': image };
const read = (client: ReturnType<typeof aClient>) => client.manifest(app, '1.0', signal);

describe('time', () => {
  test('that is up before an answer is timeout', async () => {
    const { url } = await oci.serve({ script: () => 'hang' });
    const client = aClient({ url, timeout: 100 });
    const error = await errorOf(read(client));
    expect(error).toMatchObject({ kind: 'timeout', retryable: true });
    expect(error.message).toMatch(
      /^127\.0\.0\.1:\d+: no complete response within 100 ms; .*raise the timeout/,
    );
    expect(await kindOf(client.drain(app, layer, { signal }))).toBe('timeout');
    expect(await kindOf(client.drain(app, layer, { signal, method: 'HEAD' }))).toBe('timeout');
  });

  test('of a manifest is for all of it, of a blob for each silence', async () => {
    // 24 pieces of 100 ms each are longer than the timeout; no silence is, not even on a busy machine
    const bytes = Buffer.from('x'.repeat(24));
    const slow = oci.blob(bytes, 'application/vnd.oci.image.layer.v1.tar');
    const { url } = await oci.serve({ script: () => ({ trickle: bytes.toString(), every: 100 }) });
    const client = aClient({ url, timeout: 2_000 });
    expect(await client.drain(app, slow, { signal })).toEqual({ bytes: 24, verified: true });
    expect(await kindOf(client.manifest(app, slow.digest, signal))).toBe('timeout');
  });

  test('of a blob begins anew with its head', async () => {
    const one = oci.blob('x', 'application/vnd.oci.image.layer.v1.tar');
    const { url } = await oci.serve({ script: () => ({ delay: 2_000, trickle: 'x', every: 2_000 }) });
    expect((await aClient({ url, timeout: 3_500 }).drain(app, one, { signal })).verified).toBe(true);
  });

  test('is up when a blob stops in its middle', async () => {
    const stuck = await startReceiver({ raw: '' });
    stuck.reply(() => ({ trickle: 'the layer', every: 60_000 }));
    const client = aClient({ url: stuck.url, timeout: 1_000 });
    const error = await errorOf(client.drain(app, layer, { signal }));
    expect(error.message).toContain('no byte for 1000 ms');
  });
});

describe('giving up', () => {
  test('by the signal ends a request at once, and one that has not begun is not sent', async () => {
    const server = await oci.serve({ script: () => 'hang' });
    const client = aClient({ url: server.url });
    const controller = new AbortController();
    const pending = errorOf(client.manifest(app, '1.0', controller.signal));
    await server.received(1);
    controller.abort();
    expect(await pending).toMatchObject({ kind: 'aborted', retryable: true });
    expect(await kindOf(client.manifest(app, '1.0', controller.signal))).toBe('aborted');
    expect(server.requests).toHaveLength(1);
  });

  test('by closing ends all requests; they are over when it is closed', async () => {
    const server = await oci.serve({ script: () => 'hang' });
    const client = aClient({ url: server.url });
    const kinds: string[] = [];
    const pending = [1, 2].map(async () => kinds.push(await kindOf(read(client))));
    await server.received(2);
    await client.close();
    await Promise.all(pending);
    expect(kinds).toEqual(['aborted', 'aborted']);
    expect(await kindOf(read(client))).toBe('aborted');
  });
});

describe('connections', () => {
  test('are used again, also after an error and a redirect', async () => {
    const server = await oci.serve({
      tags,
      parts: [layer],
      script: ({ url }) =>
        url.endsWith('/moved')
          ? { status: 307, headers: { location: '/v2/acme/app/manifests/1.0' }, body: 'moved' }
          : undefined,
    });
    const client = aClient({ url: server.url });
    await read(client);
    await kindOf(client.manifest(app, 'absent', signal));
    await client.manifest(app, 'moved', signal);
    await client.resolve(app, '1.0', signal);
    await client.drain(app, layer, { signal });
    await read(client);
    expect(server.requests.map(({ reused }) => reused)).toEqual([false, true, true, true, true, true, true]);
  });

  test('that the server closed meanwhile are replaced without a word', async () => {
    const server = await oci.serve({ tags });
    const client = aClient({ url: server.url });
    await read(client);
    let broken = 0;
    server.reply(({ reused }) => {
      if (!reused) return oci.found(image);
      broken++;
      return 'reset';
    });
    expect(await read(client)).toBeDefined();
    expect(broken).toBe(1);
  });

  test('that break while they are new are an error', async () => {
    const server = await oci.serve({ script: () => 'reset' });
    expect(await errorOf(read(aClient({ url: server.url })))).toMatchObject({
      kind: 'network',
      retryable: true,
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['nobody listens', 'http://127.0.0.1:1', /^127\.0\.0\.1:1: .*ECONNREFUSED/],
    // a label of more than 63 characters is refused without asking any server
    ['the name does not exist', `http://${'x'.repeat(64)}.invalid`, /^x{64}\.invalid: .*ENOTFOUND/],
  ])('%s', async (_, url, message) => {
    const error = await errorOf(read(aClient({ url })));
    expect(error.kind).toBe('network');
    expect(error.message).toMatch(message);
  });

  test('are kept for the next request, and ended when the client is closed', async () => {
    const server = await aServerOf('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
    const client = aClient({ url: server.url });
    expect(await kindOf(read(client))).toBe('unsupported');
    expect(server.open()).toBe(1);
    await client.close();
    await client.close();
    await eventually(() => server.open() === 0);
  });

  test('of many requests with one signal bring no warning of node', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { url } = await oci.serve({ tags });
    const client = aClient({ url });
    const { signal: shared } = new AbortController();
    await Promise.all(Array.from({ length: 20 }, () => client.manifest(app, '1.0', shared)));
    expect(warnings).toEqual([]);
  });

  test('with an answer that is not worth reading are ended', async () => {
    const server = await aServerOf('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nx');
    const client = aClient({ url: server.url });
    expect(await kindOf(client.drain(app, layer, { signal }))).toBe('size');
    await eventually(() => server.open() === 0);
  });

  test('that speak no HTTP are an error', async () => {
    const { url } = await oci.serve({ script: () => ({ raw: 'SSH-2.0-OpenSSH\r\n' }) });
    expect(await kindOf(read(aClient({ url })))).toBe('network');
  });
});

describe('TLS', () => {
  const server = selfSigned({ names: ['127.0.0.1'] });
  const clients = selfSigned({ names: ['puller'] });

  test('of a private CA is taken when it is trusted, and refused when it is not', async () => {
    const { url } = await oci.serve({ tags, tls: server });
    expect(await read(aClient({ url, tls: { ca: server.cert } }))).toBeDefined();
    const error = await errorOf(read(aClient({ url })));
    expect(error).toMatchObject({ kind: 'tls', retryable: true });
    expect(error.message).toContain('tls.ca');
    expect(await kindOf(read(aClient({ url, tls: { ca: clients.cert } })))).toBe('tls');
  });

  test('of an authority of the machine’s store is trusted, with a private one beside it or without', async () => {
    const trust = {
      certificates: () => [server.cert],
      context: () => createSecureContext({ ca: server.cert }),
      places: () => 'the store',
    };
    const { url } = await oci.serve({ tags, tls: server });
    expect(await read(aClient({ url, trust }))).toBeDefined();
    expect(await read(aClient({ url, trust, tls: { ca: clients.cert } }))).toBeDefined();
  });

  test('of another name is refused', async () => {
    const other = selfSigned({ names: ['other.example.com'] });
    const { url } = await oci.serve({ tags, tls: other });
    expect(await kindOf(read(aClient({ url, tls: { ca: other.cert } })))).toBe('tls');
  });

  test('with a client certificate, which the registry asks for', async () => {
    const { url } = await oci.serve({ tags, tls: { ...server, clients: clients.cert } });
    const ca = server.cert;
    expect(await read(aClient({ url, tls: { ca, ...clients } }))).toBeDefined();
    expect(await errorOf(read(aClient({ url, tls: { ca } })))).toBeInstanceOf(RegistryError);
  });

  test('shows the client certificate to no other host', async () => {
    const named = selfSigned({ names: ['localhost'] });
    const storage = await oci.serve({
      script: () => oci.found(layer),
      tls: { ...named, clients: clients.cert },
    });
    const location = `https://localhost:${storage.port}/`;
    const registry = await oci.serve({ tls: server, script: () => ({ status: 307, headers: { location } }) });
    const trusted = { addresses: ['localhost'] };
    const ca = `${server.cert}${named.cert}`;
    const client = aClient({ url: registry.url, trusted, tls: { ca, ...clients } });
    await errorOf(client.drain(app, layer, { signal }));
    expect([registry.requests.length, storage.requests.length]).toEqual([1, 0]);
  });

  test.each([
    { ca: 'nonsense', cert: 'nonsense' },
    { cert: clients.cert, key: 'nonsense' },
  ])('a client is not opened with certificates that cannot be read', (tls) => {
    expect(() => aClient({ url: 'https://registry.example.com', tls })).toThrow(/cannot be read/);
  });
});

describe('a proxy', () => {
  test('carries http as it is, and https in a tunnel', async () => {
    const proxy = await aProxy();
    const plain = await oci.serve({ tags });
    await read(aClient({ url: plain.url, proxy: proxy.url }));
    await read(aClient({ url: plain.url, proxy: proxy.url.replace('//', '//me:secret@') }));
    const tls = selfSigned({ names: ['127.0.0.1'] });
    const secure = await oci.serve({ tags, tls: { ...tls, clients: tls.cert } });
    await read(aClient({ url: secure.url, proxy: proxy.url, tls: { ca: tls.cert, ...tls } }));
    const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    expect(proxy.seen).toEqual([
      `GET ${plain.url}/v2/acme/app/manifests/1.0`,
      `GET ${plain.url}/v2/acme/app/manifests/1.0 ${basic}`,
      `CONNECT 127.0.0.1:${secure.port}`,
    ]);
    expect([plain.requests.length, secure.requests.length]).toEqual([2, 1]);
  });

  test('is used for redirects and token servers, too', async () => {
    const proxy = await aProxy();
    const storage = await oci.serve({ script: () => oci.found(layer) });
    const script = ({ url, headers }: { url: string; headers: object }) =>
      url.startsWith('/v2') && 'authorization' in headers
        ? { status: 307, headers: { location: storage.url } }
        : undefined;
    const registry = await oci.serve({ tokens: oci.tokens(), script });
    const trusted = { addresses: [`127.0.0.1:${storage.port}`] };
    const client = aClient({ url: registry.url, proxy: proxy.url, trusted });
    expect(await client.drain(app, layer, { signal })).toEqual({ bytes: layer.size, verified: true });
    expect(proxy.seen).toHaveLength(4);
  });

  test.each(['http://127.0.0.1:1/', 'http://localhost:1/', 'http://169.254.169.254/'])(
    'is not sent to %s',
    async (location) => {
      const proxy = await aProxy();
      const { url } = await oci.serve({ script: () => ({ status: 307, headers: { location } }) });
      const client = aClient({ url, proxy: proxy.url });
      expect(await kindOf(client.drain(app, layer, { signal }))).toBe('redirect');
      expect(proxy.seen).toHaveLength(1);
    },
  );

  test('that does not answer is a timeout, and one that is away an error', async () => {
    const silent = await aServerOf('');
    const url = 'http://registry.invalid';
    expect(await kindOf(read(aClient({ url, proxy: silent.url, timeout: 200 })))).toBe('timeout');
    await eventually(() => silent.open() === 0);
    const tunnel = aClient({ url: 'https://registry.invalid', proxy: silent.url, timeout: 200 });
    expect(await kindOf(read(tunnel))).toBe('timeout');
    await tunnel.close();
    await eventually(() => silent.open() === 0);
    expect(await kindOf(read(aClient({ url, proxy: 'http://127.0.0.1:1' })))).toBe('network');
  });

  test('must be a URL', () => {
    expect(() => aClient({ url: 'https://registry.example.com', proxy: 'proxy:3128' })).toThrow(/proxy/);
  });
});
