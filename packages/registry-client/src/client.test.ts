import { oci, startRegistry } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { aClient, errorOf, kindOf, signal } from './testing/client.js';

const app = 'acme/app';

describe('with a real registry', () => {
  test('a tag resolves to digest, size and type', async () => {
    const { url } = await startRegistry();
    const { digest, size, mediaType } = await oci.push(url, app, oci.image(), '1.0');
    expect(await aClient({ url }).resolve(app, '1.0', signal)).toEqual({ digest, size, mediaType });
  });

  test('a manifest is read by digest and by tag, and verified', async () => {
    const { url } = await startRegistry();
    const image = await oci.push(url, app, oci.image({ layers: ['one', 'two'] }), '1.0');
    const client = aClient({ url });
    for (const reference of ['1.0', image.digest]) {
      const manifest = await client.manifest(app, reference, signal);
      expect(manifest).toMatchObject({
        kind: 'manifest',
        digest: image.digest,
        size: image.size,
        verified: true,
      });
      expect(manifest.layers.map(({ digest }) => digest)).toEqual(
        image.parts.slice(1).map(({ digest }) => digest),
      );
      expect(manifest.config?.digest).toBe(image.parts[0]?.digest);
      expect(manifest.body).toEqual(image.bytes);
    }
  });

  test('an index is given as an index, never as the image of one platform', async () => {
    const { url } = await startRegistry();
    const arm = { os: 'linux', architecture: 'arm64', variant: 'v8' };
    const oneOfEach = [oci.image({ schema: 'docker' }), oci.image({ schema: 'docker', platform: arm })];
    for (const schema of ['oci', 'docker'] as const) {
      await oci.push(url, app, oci.index(oneOfEach, { schema }), schema);
      const { kind, manifests } = await aClient({ url }).manifest(app, schema, signal);
      expect([kind, manifests.map(({ platform }) => platform?.variant)]).toEqual([
        'index',
        [undefined, 'v8'],
      ]);
    }
  });

  test('a blob is drained and verified; its head transfers nothing', async () => {
    const { url } = await startRegistry();
    const layer = oci.blob(Buffer.alloc(1_000_000, 'x'), 'application/vnd.oci.image.layer.v1.tar+zstd');
    await oci.push(url, app, oci.image({ layers: [layer] }));
    const client = aClient({ url });
    let seen = 0;
    const onBytes = (bytes: number) => {
      seen += bytes;
    };
    expect(await client.drain(app, layer, { signal, onBytes })).toEqual({
      ...{ bytes: 1_000_000, verified: true, stored: true },
    });
    expect(seen).toBe(1_000_000);
    const head = await client.drain(app, layer, { signal, method: 'HEAD' });
    expect(head).toEqual({ bytes: 1_000_000, verified: false, stored: true });
    expect(await client.holds(app, layer.digest, signal)).toBe(true);
  });

  test('a pull-through cache has not stored what it fetched to answer, and then it has', async () => {
    const origin = await startRegistry();
    const { parts } = await oci.push(origin.url, app, oci.image({ layers: ['one'] }), '1.0');
    const client = aClient({ url: (await startRegistry({ proxy: origin.url })).url });
    for (const { digest, size } of parts) {
      const look = () => client.drain(app, { digest, size }, { signal, method: 'HEAD' });
      expect((await look()).stored).toBe(false);
      await expect.poll(async () => (await look()).stored).toBe(true);
    }
  });

  test('a small blob is read', async () => {
    const { url } = await startRegistry();
    const [config] = (await oci.push(url, app, oci.image())).parts;
    if (!config) throw new Error('no config');
    expect(await aClient({ url }).blob(app, config, signal)).toEqual(config.bytes);
  });

  test('what is not there is not_found, with the words of the registry', async () => {
    const { url, host } = await startRegistry();
    const error = await errorOf(aClient({ url }).manifest(app, '1.0', signal));
    expect(error).toMatchObject({ kind: 'not_found', status: 404, retryable: false });
    expect(error.message).toMatch(`${host}: GET acme/app manifests/1.0: answered 404 MANIFEST_UNKNOWN`);
  });

  test('a registry below a path is asked below it', async () => {
    const image = oci.image();
    const server = await oci.serve({ tags: { '1.0': image } });
    const client = aClient({ url: `${server.url}/mirror/` });
    await client.manifest(app, '1.0', signal);
    expect(client.url).toBe(`${server.url}/mirror`);
    expect(server.asked()).toEqual(['GET /mirror/v2/acme/app/manifests/1.0']);
  });
});

test('all kinds of manifest are accepted, in one header', async () => {
  const server = await oci.serve({ tags: { '1.0': oci.image() } });
  await aClient({ url: server.url }).resolve(app, '1.0', signal);
  expect(server.requests[0]?.headers.accept?.split(', ')).toEqual([
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.docker.distribution.manifest.v2+json',
    'application/vnd.docker.distribution.manifest.v1+prettyjws',
  ]);
});

test('headers, user agent and query go with each request to the registry', async () => {
  const image = oci.image();
  const server = await oci.serve({ tags: { '1.0': image } });
  const client = aClient({ url: server.url, headers: { 'X-Team': ['a', 'b'] }, query: { ns: 'docker.io' } });
  await client.manifest(app, '1.0', signal);
  expect(server.requests[0]?.headers).toMatchObject({
    'x-team': 'a, b',
    'user-agent': 'longshore/0.0.0-test',
  });
  expect(server.asked()).toEqual(['GET /v2/acme/app/manifests/1.0?ns=docker.io']);
});

describe('resolve', () => {
  test('asks by GET where HEAD tells no digest', async () => {
    const image = oci.image();
    const script = ({ method }: { method: string }) => (method === 'HEAD' ? {} : undefined);
    const server = await oci.serve({ tags: { '1.0': image }, script });
    expect((await aClient({ url: server.url }).resolve(app, '1.0', signal)).digest).toBe(image.digest);
  });

  test('asks by GET where HEAD is not served', async () => {
    const image = oci.image();
    const script = ({ method }: { method: string }) => (method === 'HEAD' ? { status: 405 } : undefined);
    const server = await oci.serve({ tags: { '1.0': image }, script });
    expect((await aClient({ url: server.url }).resolve(app, '1.0', signal)).digest).toBe(image.digest);
  });

  test('does not take another digest for the one that was asked for', async () => {
    const server = await oci.serve({ script: () => oci.found(oci.image()) });
    const other = oci.digestOf(Buffer.from('other'));
    expect(await kindOf(aClient({ url: server.url }).resolve(app, other, signal))).toBe('digest');
  });
});

test.each([
  ['..', '1.0'],
  ['acme/../other', '1.0'],
  ['Acme/app', '1.0'],
  ['acme//app', '1.0'],
  ['a'.repeat(256), '1.0'],
  [app, '1.0?x=y'],
  [app, '../tags/list'],
  [app, ''],
  [app, 'sha256:123'],
  [app, `sha256:${'A'.repeat(64)}`],
  [app, `sha256:${'a'.repeat(64)}/../x`],
])('%j and %j are not sent anywhere', async (repository, reference) => {
  const server = await oci.serve();
  const client = aClient({ url: server.url });
  expect(await kindOf(client.manifest(repository, reference, signal))).toBe('reference');
  expect(await kindOf(client.resolve(repository, reference, signal))).toBe('reference');
  expect(await kindOf(client.drain(repository, { digest: reference }, { signal }))).toBe('reference');
  expect(await kindOf(client.blob(repository, { digest: reference }, signal))).toBe('reference');
  expect(await kindOf(client.referrers(repository, reference, signal))).toBe('reference');
  expect(server.requests).toEqual([]);
});

test.each([
  'registry.example.com',
  'ftp://registry.example.com',
  'https://a:b@registry.example.com',
  'https://x/?y',
])('a registry is not opened with %s', (url) => {
  expect(() => aClient({ url })).toThrow(/host, port and path/);
});
