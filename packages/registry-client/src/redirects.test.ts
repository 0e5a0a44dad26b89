import { oci, selfSigned } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { aClient, errorOf, kindOf, signal } from './testing/client.js';

const app = 'acme/app';
const layer = oci.blob('the layer', 'application/vnd.oci.image.layer.v1.tar');
const auth = { username: 'puller', password: 's3cret' };
const to = (location: string, status = 307) => ({ status, headers: { location }, body: 'elsewhere' });
const trusted = { addresses: ['127.0.0.0/8', '::1'] };

test('a blob at another host is read there, without credentials and without the headers of the registry', async () => {
  const storage = await oci.serve({ script: () => ({ body: layer.bytes }) });
  const basic = `Basic ${Buffer.from('puller:s3cret').toString('base64')}`;
  const registry = await oci.serve({
    basic,
    script: ({ headers }) =>
      headers.authorization ? to(`${storage.url}/bucket/blob?X-Amz-Signature=abc`) : undefined,
  });
  const headers = { 'X-Api-Key': 'mine', cookie: 'session=1' };
  const client = aClient({ url: registry.url, auth, trusted, headers });
  expect(await client.drain(app, layer, { signal })).toEqual({ bytes: layer.size, verified: true });
  expect(registry.requests.at(-1)?.headers).toMatchObject({ 'x-api-key': 'mine', authorization: basic });
  const [there] = storage.requests;
  expect(there?.url).toBe('/bucket/blob?X-Amz-Signature=abc');
  expect(Object.keys(there?.headers ?? {}).sort()).toEqual([
    'accept-encoding',
    'connection',
    'host',
    'user-agent',
  ]);
});

test('on the same host credentials and headers go along, and a path is enough', async () => {
  const script = ({ url }: { url: string }) =>
    url.startsWith('/v2') ? to('/elsewhere/blob', 302) : { body: layer.bytes };
  const registry = await oci.serve({ script });
  const client = aClient({ url: registry.url, headers: { 'x-key': 'mine' }, auth: { bearer: 'token' } });
  await client.drain(app, layer, { signal });
  expect(registry.requests.map(({ headers }) => [headers['x-key'], headers.authorization])).toEqual([
    ['mine', 'Bearer token'],
    ['mine', 'Bearer token'],
  ]);
});

test('a HEAD stays a HEAD', async () => {
  const storage = await oci.serve({ script: () => oci.found(layer) });
  const registry = await oci.serve({ script: () => to(storage.url) });
  const client = aClient({ url: registry.url, trusted });
  expect(await client.drain(app, layer, { signal, method: 'HEAD' })).toEqual({
    bytes: layer.size,
    verified: false,
  });
  expect(storage.requests[0]?.method).toBe('HEAD');
});

test('a user name in the URL is not sent as credentials', async () => {
  const storage = await oci.serve({ script: () => ({ body: layer.bytes }) });
  const registry = await oci.serve({ script: () => to(storage.url.replace('//', '//user:pass@')) });
  await aClient({ url: registry.url, trusted }).drain(app, layer, { signal });
  expect(storage.requests[0]?.headers.authorization).toBeUndefined();
});

test('five redirects are followed, six are not', async () => {
  const script = ({ url }: { url: string }) => {
    const [n = '0'] = url.split('/').at(-1)?.match(/^\d+$/) ?? [];
    return Number(n) > 0 ? to(`/hop/${Number(n) - 1}`) : { body: layer.bytes };
  };
  for (const [hops, kind] of [
    [5, 'none'],
    [6, 'redirect'],
  ] as const) {
    const { url } = await oci.serve({
      script: (request) => (request.url.startsWith('/v2') ? to(`/hop/${hops - 1}`) : script(request)),
    });
    const read = aClient({ url }).drain(app, layer, { signal });
    expect(
      await read.then(
        () => 'none',
        ({ kind }) => kind,
      ),
    ).toBe(kind);
  }
});

describe('a redirect is refused', () => {
  test('from https to http', async () => {
    const plain = await oci.serve();
    const tls = selfSigned({ names: ['127.0.0.1'] });
    const registry = await oci.serve({ tls, script: () => to(plain.url) });
    const client = aClient({ url: registry.url, trusted, tls: { ca: tls.cert } });
    const error = await errorOf(client.drain(app, layer, { signal }));
    expect(error).toMatchObject({ kind: 'redirect', retryable: false });
    expect(error.message).toContain('from https to http');
    expect(plain.requests).toEqual([]);
  });

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    'http://2852039166/',
    'http://127.0.0.1:1/',
    'http://127.1:1/',
    'http://[::1]:1/',
    'http://0.0.0.0:1/',
    'http://[fe80::1]:1/',
    'http://100.100.100.200/',
    'http://[64:ff9b::127.0.0.1]/',
    'http://[64:ff9b:1::1]/',
    'http://[2002:7f00:1::1]/',
    'http://[fd00:ec2::23]/v1/credentials',
    'http://[fd20:ce::254]/',
    'http://168.63.129.16/',
    'http://10.0.0.1/',
    'http://100.64.0.1/',
    'http://192.168.0.1/',
    'http://198.18.0.1/',
    'http://[fd12:3456::1]/',
  ])('to %s', async (location) => {
    const { url } = await oci.serve({ script: () => to(location) });
    const error = await errorOf(aClient({ url }).drain(app, layer, { signal }));
    expect(error.kind).toBe('redirect');
    expect(error.message).toContain('address of this machine or its network');
  });

  test('to a name that resolves to this machine', async () => {
    const inside = await oci.serve();
    const { url } = await oci.serve({ script: () => to(`http://localhost:${inside.port}/`) });
    const error = await errorOf(aClient({ url }).drain(app, layer, { signal }));
    expect(error.kind).toBe('redirect');
    expect(error.message).toMatch(/localhost:\d+ \((127\.0\.0\.1|::1)\)/);
    expect(inside.requests).toEqual([]);
  });

  test('to the same address at another port: that is another program', async () => {
    const inside = await oci.serve();
    const { url } = await oci.serve({ script: () => to(inside.url) });
    expect(await kindOf(aClient({ url }).drain(app, layer, { signal }))).toBe('redirect');
    expect(inside.requests).toEqual([]);
  });

  test.each(['ftp://storage.example.com/', 'http://'])('to %s', async (location) => {
    const { url } = await oci.serve({ script: () => to(location) });
    expect(await kindOf(aClient({ url }).drain(app, layer, { signal }))).toBe('redirect');
  });
});

describe('an address is allowed when the operator names', () => {
  test.each([
    ['its network', () => '127.0.0.0/8'],
    ['the address', () => '127.0.0.1'],
    ['host and port', (port: number) => `127.0.0.1:${port}`],
  ])('%s', async (_, entry) => {
    const storage = await oci.serve({ script: () => ({ body: layer.bytes }) });
    const { url } = await oci.serve({ script: () => to(storage.url) });
    const client = aClient({ url, trusted: { addresses: [entry(storage.port)] } });
    expect((await client.drain(app, layer, { signal })).verified).toBe(true);
    const other = aClient({ url, trusted: { addresses: ['10.0.0.0/8', '127.0.0.2', '127.0.0.1:1'] } });
    expect(await kindOf(other.drain(app, layer, { signal }))).toBe('redirect');
  });

  test('the name', async () => {
    const storage = await oci.serve({ script: () => ({ body: layer.bytes }) });
    const { url } = await oci.serve({ script: () => to(`http://localhost:${storage.port}/`) });
    const client = aClient({ url, trusted: { addresses: ['localhost'] } });
    expect((await client.drain(app, layer, { signal })).verified).toBe(true);
  });
});

test('a registry whose URL the operator did not write is held to the same', async () => {
  const server = await oci.serve({ tags: { '1.0': oci.image() } });
  const client = aClient({ url: server.url, trusted: { own: false } });
  expect(await kindOf(client.manifest(app, '1.0', signal))).toBe('redirect');
  const named = aClient({ url: server.url, trusted: { own: false, addresses: ['127.0.0.1'] } });
  expect(await named.manifest(app, '1.0', signal)).toBeDefined();
});

test('a signed URL is in no message, and its end may be mended by a new one', async () => {
  const storage = await oci.serve({ script: () => ({ status: 403, body: '<Error/>' }) });
  const { url } = await oci.serve({ script: () => to(`${storage.url}/bucket/secret?sig=abc`) });
  const error = await errorOf(aClient({ url, trusted }).drain(app, layer, { signal }));
  expect(error).toMatchObject({ kind: 'server', status: 403, retryable: true });
  expect(error.message).toContain(`at 127.0.0.1:${storage.port}: answered 403`);
  expect(error.message).not.toMatch(/sig=abc|secret/);
});
