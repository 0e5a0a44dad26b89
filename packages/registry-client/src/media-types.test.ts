/** What registries and clients write as media types, besides those that the specification knows. */
import { type OciPart, oci, startRegistry } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { manifestOf } from './manifest.js';
import { aClient, reasonsOf, signal, walkOver } from './testing/client.js';

const settings = JSON.stringify({ os: 'linux', architecture: 'arm64', rootfs: { type: 'layers' } });
const withConfig = (type: string, schema: 'oci' | 'docker', layers: (string | OciPart)[] = ['one']) =>
  oci.image({ schema, layers, config: oci.blob(settings, type) });

/** How many parts are taken, and why the rest is not. */
async function walked(root: OciPart, policy: Parameters<typeof walkOver>[2] = {}) {
  const { url } = await oci.serve({ parts: [root] });
  const found = await walkOver(aClient({ url }), root.digest, policy);
  return [found.items.length, reasonsOf(found).map(([, reason]) => reason)];
}

describe('the configuration of an image', () => {
  test.each([
    'application/octet-stream',
    'application/json',
    'text/html',
    'text/html; charset=utf-8',
    'text/plain; charset=utf-8',
    'binary/octet-stream',
    '',
    'application/vnd.docker.container.image.v1+json; charset=utf-8',
    'application/vnd.docker.container.image.v1+json;charset=UTF-8',
    'Application/Vnd.Docker.Container.Image.V1+Json',
  ])('may have the type %j in docker schema 2', async (type) => {
    const image = withConfig(type, 'docker');
    expect(await walked(image)).toEqual([3, []]);
    expect(await walked(image, { platforms: ['linux/amd64'] })).toEqual([0, ['platform']]);
    expect(await walked(image, { platforms: ['linux/arm64'] })).toEqual([3, []]);
  });

  test.each([
    'application/octet-stream',
    'application/json',
    'application/vnd.oci.image.config.v1+json; a=b',
  ])('may have the type %j in an OCI manifest with layers of an image', async (type) => {
    expect(await walked(withConfig(type, 'oci'))).toEqual([3, []]);
  });

  test('with a type of no format is not one where the layers are those of an artifact', async () => {
    const layers = [oci.blob('weights', 'application/vnd.example.model')];
    expect(await walked(withConfig('application/json', 'oci', layers))).toEqual([0, ['artifact']]);
    const typed = oci.image({
      artifactType: 'application/vnd.example',
      config: oci.blob('{}', 'text/html'),
    });
    expect(await walked(typed)).toEqual([0, ['artifact']]);
  });

  test('with the type of an artifact is not one in docker schema 2 either', async () => {
    const plugin = withConfig('application/vnd.docker.plugin.v1+json', 'docker');
    expect(await walked(plugin)).toEqual([0, ['artifact']]);
  });

  test('of an unusual type is taken as a real registry serves it', async () => {
    const { url } = await startRegistry();
    const old = await oci.push(url, 'acme/app', withConfig('application/octet-stream', 'docker'), 'old');
    const found = await walkOver(aClient({ url }), old.digest);
    expect([found.items.length, found.skipped]).toEqual([3, []]);
  });
});

test('artifacts are named in the policy in any case, with or without parameters', async () => {
  const helm = withConfig('application/vnd.cncf.helm.config.v1+json; charset=utf-8', 'oci');
  const artifacts = ['application/vnd.CNCF.helm.config.v1+json'];
  expect(await walked(helm, { artifacts })).toEqual([3, []]);
});

describe('a manifest', () => {
  const [image, docker] = [oci.image(), oci.image({ schema: 'docker', layers: ['d'] })];
  const list = oci.index([docker], { schema: 'docker' });

  test.each([image, docker, oci.index([image]), list])('is what its type says, with parameters', (part) => {
    const fields = JSON.parse(part.bytes.toString());
    for (const mediaType of [`${part.mediaType}; charset=utf-8`, part.mediaType.toUpperCase()]) {
      const body = Buffer.from(JSON.stringify({ ...fields, mediaType }));
      expect(manifestOf(body, part.digest, true, 'here').mediaType).toBe(part.mediaType);
    }
  });

  test('in an index may be named with parameters', async () => {
    const entry = { ...image, mediaType: `${image.mediaType};charset=utf-8` };
    expect(await walked(oci.index([entry]))).toEqual([4, []]);
  });

  test('has the type of its head without parameters', async () => {
    const served = { ...image, mediaType: `${image.mediaType}; charset=utf-8` };
    const { url } = await oci.serve({ tags: { '1.0': served } });
    const { mediaType } = await aClient({ url }).resolve('acme/app', '1.0', signal);
    expect(mediaType).toBe(image.mediaType);
  });
});

test.each([
  ['an index of nothing without a type', { manifests: null }, 'index'],
  ['an index with the null fields of an image', { manifests: [], config: null, layers: null }, 'index'],
  ['an image with the null field of an index', { manifests: null, config: oci.blob('{}', 'x') }, 'manifest'],
])('Go writes %s', (_, fields, kind) => {
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, ...fields }));
  expect(manifestOf(body, `sha256:${'a'.repeat(64)}`, true, 'here').kind).toBe(kind);
});

describe('a size of 0', () => {
  const layer = oci.blob('one', 'application/vnd.oci.image.layer.v1.tar');
  const empty = oci.blob('', 'application/vnd.oci.image.layer.v1.tar');

  test('is an unknown size, also for who has kept it', async () => {
    const image = oci.image({ layers: [{ ...layer, size: 0 }] });
    const index = oci.index([{ ...image, size: 0 }]);
    const { url } = await oci.serve({ parts: [index] });
    const client = aClient({ url });
    const { items } = await walkOver(client, index.digest, { minBlobSize: 1 });
    expect(items.map(({ role, size }) => [role, size !== undefined])).toEqual([
      ['config', true],
      ['layer', false],
      ['manifest', true],
      ['index', true],
    ]);
    const unknown = { digest: layer.digest, size: 0 };
    for (const method of ['GET', 'HEAD'] as const) {
      expect((await client.drain('acme/app', unknown, { signal, method })).bytes).toBe(3);
    }
    expect(String(await client.blob('acme/app', unknown, signal))).toBe('one');
    expect((await client.manifest('acme/app', image.digest, signal, { size: 0 })).size).toBe(image.size);
  });

  test('is the size of nothing', async () => {
    const { url } = await oci.serve({ parts: [oci.image({ layers: [empty] })] });
    expect(await aClient({ url }).drain('acme/app', empty, { signal })).toMatchObject({ bytes: 0 });
    const { layers } = manifestOf(oci.image({ layers: [empty] }).bytes, empty.digest, true, 'here');
    expect(layers[0]?.size).toBe(0);
  });
});
