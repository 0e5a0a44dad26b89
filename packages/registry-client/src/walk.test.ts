import { oci, startRegistry } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { aClient, errorOf, kindOf, signal, walkOver } from './testing/client.js';

const app = 'acme/app';
const digests = (parts: readonly { digest: string }[]) => parts.map(({ digest }) => digest);
const arm = { os: 'linux', architecture: 'arm64', variant: 'v8' };

describe('in a real registry', () => {
  test.each(['oci', 'docker'] as const)(
    'an %s image is its configuration, its layers, and itself last',
    async (schema) => {
      const { url } = await startRegistry();
      const image = await oci.push(url, app, oci.image({ schema, layers: ['one', 'two', 'one'] }), '1.0');
      const [config, one, two] = image.parts;
      const walked = await walkOver(aClient({ url }), image.digest);
      expect(walked.items.map(({ role, digest, size }) => [role, digest, size])).toEqual([
        ['config', config?.digest, config?.size],
        ['layer', one?.digest, 3],
        ['layer', two?.digest, 3],
        ['manifest', image.digest, image.size],
      ]);
      expect(walked.root).toEqual({ digest: image.digest, mediaType: image.mediaType, size: image.size });
      expect(walked.bytes).toBe((config?.size ?? 0) + 3 + 3 + image.size);
      expect([walked.skipped, walked.platforms]).toEqual([[], []]);
    },
  );

  test.each(['oci', 'docker'] as const)(
    'an index of %s images is all of them: blobs, images, index',
    async (schema) => {
      const { url } = await startRegistry();
      const images = [
        oci.image({ schema, layers: ['shared', 'amd'] }),
        oci.image({ schema, layers: ['shared', 'arm'], platform: arm }),
      ];
      const index = await oci.push(url, app, oci.index(images, { schema }), '1.0');
      const walked = await walkOver(aClient({ url }), '1.0');
      expect(walked.items.map(({ role, platform }) => [role, platform])).toEqual([
        ['config', 'linux/amd64'],
        ['layer', undefined],
        ['layer', 'linux/amd64'],
        ['config', 'linux/arm64/v8'],
        ['layer', 'linux/arm64/v8'],
        ['manifest', 'linux/amd64'],
        ['manifest', 'linux/arm64/v8'],
        ['index', undefined],
      ]);
      expect(walked.items.map(({ tag }) => tag)).toEqual([...Array(7).fill(undefined), '1.0']);
      expect(walked.root).toEqual({
        digest: index.digest,
        mediaType: index.mediaType,
        size: index.size,
        tag: '1.0',
      });
      expect(walked.platforms).toEqual(['linux/amd64', 'linux/arm64/v8']);
      expect(new Set(digests(walked.items))).toEqual(new Set(digests(oci.partsOf(index))));
    },
  );

  test('an index in an index is walked as well', async () => {
    const { url } = await startRegistry();
    const [amd, inner] = [
      oci.image({ layers: ['amd'] }),
      oci.index([oci.image({ layers: ['arm'], platform: arm })]),
    ];
    const outer = await oci.push(url, app, oci.index([amd, inner]));
    const { items } = await walkOver(aClient({ url }), outer.digest);
    expect(digests(items.filter(({ role }) => role !== 'config' && role !== 'layer'))).toEqual(
      digests([amd, ...inner.parts, inner, outer]),
    );
  });

  test('each of its items can be read as what it is, and has its digest', async () => {
    const { url } = await startRegistry();
    const zstd = oci.blob('zstd', 'application/vnd.oci.image.layer.v1.tar+zstd');
    const index = await oci.push(url, app, oci.index([oci.image({ layers: ['one', zstd] })]));
    const client = aClient({ url });
    for (const { role, digest, size } of (await walkOver(client, index.digest)).items) {
      const { verified } =
        role === 'index' || role === 'manifest'
          ? await client.manifest(app, digest, signal, { size })
          : await client.drain(app, { digest, size }, { signal });
      expect([role, verified]).toEqual([role, true]);
    }
  });

  test('a tag is resolved by HEAD and read by digest', async () => {
    const image = oci.image();
    const server = await oci.serve({ tags: { '1.0': image } });
    await walkOver(aClient({ url: server.url }), '1.0');
    expect(server.asked()).toEqual([
      'HEAD /v2/acme/app/manifests/1.0',
      `GET /v2/acme/app/manifests/${image.digest}`,
    ]);
  });

  test('a digest with a tag keeps the tag for the record, and asks for the digest alone', async () => {
    const image = oci.image();
    const server = await oci.serve({ parts: [image] });
    const start = { reference: image.digest, tag: '1.0' };
    const { root, items } = await walkOver(aClient({ url: server.url }), start);
    expect([root.tag, items.at(-1)?.tag]).toEqual(['1.0', '1.0']);
    expect(server.asked()).toEqual([`GET /v2/acme/app/manifests/${image.digest}`]);
  });
});

describe('the gap between the event and the manifest', () => {
  const image = oci.image();

  test.each(['1.0', image.digest])('%s that is not there yet is asked for again', async (reference) => {
    const tags = { '1.0': image };
    const server = await oci.serve({ tags, script: (_, n) => (n <= 3 ? { status: 404 } : undefined) });
    const walked = await walkOver(aClient({ url: server.url }), reference, { gap: [1, 1, 1] });
    expect(walked.root.digest).toBe(image.digest);
  });

  test('has an end', async () => {
    const server = await oci.serve();
    const walked = walkOver(aClient({ url: server.url }), '1.0', { gap: [1, 1, 1] });
    expect(await errorOf(walked)).toMatchObject({ kind: 'not_found', retryable: false });
    // each time by HEAD, and by GET because some servers refuse HEAD with 404
    expect(server.requests).toHaveLength(8);
  });

  test('is waited for two minutes at most, at first in short steps', async () => {
    const { DEFAULT_POLICY } = await import('./walk.js');
    expect(DEFAULT_POLICY.gap).toEqual([250, 500, 1000, 2000, 5000, 15_000, 30_000, 60_000]);
  });

  test('ends at once when the walk is given up', async () => {
    const server = await oci.serve();
    const controller = new AbortController();
    const pending = kindOf(
      walkOver(aClient({ url: server.url }), '1.0', { gap: [600_000] }, controller.signal),
    );
    await server.received(1);
    controller.abort();
    expect(await pending).toBe('aborted');
  });

  test('is none for another error', async () => {
    const server = await oci.serve({ script: () => ({ status: 500 }) });
    expect(await kindOf(walkOver(aClient({ url: server.url }), '1.0', { gap: [1, 1] }))).toBe('server');
    expect(server.requests).toHaveLength(1);
  });

  test('is none for a child', async () => {
    const child = { ...oci.image(), absent: true };
    const index = oci.index([child]);
    const server = await oci.serve({ parts: [index] });
    const { skipped } = await walkOver(aClient({ url: server.url }), index.digest, { gap: [600_000] });
    expect(skipped).toEqual([
      { descriptor: expect.objectContaining({ digest: child.digest }), reason: 'missing' },
    ]);
  });
});

describe('in a registry that asks for tokens', () => {
  test('a token that ends in the middle of the walk is replaced', async () => {
    const images = Array.from({ length: 5 }, (_, n) => oci.image({ layers: [`${n}`] }));
    const index = oci.index(images);
    const tokens = oci.tokens();
    const script = (_: unknown, n: number) => (n % 4 === 0 ? void tokens.revoke() : undefined);
    const { url } = await oci.serve({ parts: [index], tokens, script });
    const { items } = await walkOver(aClient({ url }), index.digest);
    expect(items).toHaveLength(5 * 3 + 1);
    expect(tokens.asked.length).toBeGreaterThan(1);
  });

  test('the walk is paused as a whole when the registry says 429', async () => {
    const index = oci.index([oci.image({ layers: ['one'] }), oci.image({ layers: ['two'] })]);
    const script = (_: unknown, n: number) =>
      n === 2 ? { status: 429, headers: { 'retry-after': '30' } } : undefined;
    const { url } = await oci.serve({ parts: [index], script });
    const client = aClient({ url });
    expect(await errorOf(walkOver(client, index.digest))).toMatchObject({
      kind: 'rate_limited',
      retryable: true,
    });
    expect(client.rateLimit.pausedUntil).toBeGreaterThan(Date.now());
  });
});
