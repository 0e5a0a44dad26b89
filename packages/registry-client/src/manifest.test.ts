import { oci } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { RegistryError } from './error.js';
import { isSchema1, manifestOf } from './manifest.js';

const image = oci.image({ layers: ['one', 'two'] });
const docker = oci.image({ schema: 'docker' });
const digest = `sha256:${'a'.repeat(64)}`;

function read(body: unknown) {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return manifestOf(bytes, digest, true, 'here');
}

const fields = (part: { bytes: Buffer }) => JSON.parse(part.bytes.toString());

describe('what a body is', () => {
  test.each([
    ['an OCI image', image, 'manifest', 'application/vnd.oci.image.manifest.v1+json'],
    ['a docker image', docker, 'manifest', 'application/vnd.docker.distribution.manifest.v2+json'],
    ['an OCI index', oci.index([image]), 'index', 'application/vnd.oci.image.index.v1+json'],
    [
      'a docker list',
      oci.index([docker], { schema: 'docker' }),
      'index',
      'application/vnd.docker.distribution.manifest.list.v2+json',
    ],
    [
      'an image without a type',
      oci.image({ fields: { mediaType: undefined } }),
      'manifest',
      'application/vnd.oci.image.manifest.v1+json',
    ],
    [
      'an index without a type',
      oci.index([], { fields: { mediaType: undefined } }),
      'index',
      'application/vnd.oci.image.index.v1+json',
    ],
    [
      'an index with an empty type',
      oci.index([image], { fields: { mediaType: '' } }),
      'index',
      'application/vnd.oci.image.index.v1+json',
    ],
    [
      'an index of nothing, as Go writes it',
      oci.index([], { fields: { manifests: null } }),
      'index',
      'application/vnd.oci.image.index.v1+json',
    ],
    ['schema 1', oci.schema1(), 'schema1', 'application/vnd.docker.distribution.manifest.v1+prettyjws'],
  ])('%s', (_, part, kind, mediaType) => {
    expect(read(part.bytes)).toMatchObject({ kind, mediaType, digest, size: part.size, verified: true });
    expect(isSchema1(part.bytes)).toBe(kind === 'schema1');
  });

  test.each([
    ['no JSON', '<html>Please log in</html>', /is not a JSON object/],
    ['no object', '[]', /is not a JSON object/],
    ['nothing', '{}', /is not a manifest/],
    [
      'of another type',
      { ...fields(image), mediaType: 'application/json' },
      /unknown type, application\/json/,
    ],
    [
      'an index and an image',
      { ...fields(image), mediaType: undefined, manifests: [] },
      /fields of index and of manifest/,
    ],
    [
      'an index with layers',
      { ...fields(oci.index([image])), layers: [] },
      /fields of index and of manifest/,
    ],
    [
      'an index with a configuration',
      { ...fields(oci.index([image])), config: fields(image).config },
      /fields of index and of/,
    ],
    ['an image and schema 1', { ...fields(image), fsLayers: [] }, /fields of manifest and of schema1/],
    [
      'an index that says it is an image',
      { ...fields(oci.index([image])), mediaType: image.mediaType },
      /another type/,
    ],
    ['a layer without a digest', { ...fields(image), layers: [{ size: 1 }] }, /without a digest/],
    [
      'a layer with a path as digest',
      { ...fields(image), layers: [{ digest: 'sha256:../..' }] },
      /without a digest/,
    ],
    ['a layer of negative size', { ...fields(image), layers: [{ digest, size: -1 }] }, /invalid size/],
    ['a layer of a text as size', { ...fields(image), layers: [{ digest, size: '1' }] }, /invalid size/],
    ['an image without a configuration', { ...fields(image), config: undefined }, /without a digest/],
  ])('not %s', (_, body, message) => {
    expect(() => read(body)).toThrow(message);
    expect(() => read(body)).toThrow(RegistryError);
  });

  test('nested deeper than 100 levels is refused before it is parsed', () => {
    const nested = (levels: number) =>
      `{"deep":${'['.repeat(levels)}${']'.repeat(levels)},${image.bytes.toString().slice(1)}`;
    expect(read(nested(99))).toMatchObject({ kind: 'manifest' });
    for (const levels of [100, 2_000_000])
      expect(() => read(nested(levels))).toThrow('deeper than 100 levels');
  });

  test('nested too deep for a parser is no crash', () => {
    expect(() => read('['.repeat(200_000))).toThrow(RegistryError);
    expect(() => read(`{"mediaType":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)).toThrow(RegistryError);
  });
});

test('a descriptor keeps what it says, and nothing of the wrong type', () => {
  const layer = {
    digest,
    size: 7,
    mediaType: 'x/y',
    urls: ['https://elsewhere', 5],
    annotations: { a: 'b', c: 5 },
    platform: { os: 'linux' },
    artifactType: 7,
    data: '',
  };
  expect(read({ ...fields(image), layers: [layer] }).layers).toEqual([
    { digest, size: 7, mediaType: 'x/y', urls: ['https://elsewhere'], annotations: { a: 'b' } },
  ]);
});

test('digests of other algorithms are legal', () => {
  const layers = [{ digest: 'blake3+b64u:abc-_=' }, { digest: `sha512:${'0'.repeat(128)}` }];
  expect(read({ ...fields(image), layers }).layers).toEqual(layers);
});
