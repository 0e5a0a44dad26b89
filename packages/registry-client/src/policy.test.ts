/** What of an image is taken, and why the rest is not. */
import { type OciPart, oci, startRegistry } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { aClient, kindOf, reasonsOf, walkOver } from './testing/client.js';
import type { WalkPolicy } from './walk-types.js';

const linux = (architecture: string, variant?: string) => ({
  os: 'linux',
  architecture,
  ...(variant && { variant }),
});
const amd = oci.image({ layers: ['amd'] });
const arm = oci.image({ layers: ['arm'], platform: linux('arm64', 'v8') });
const arm6 = oci.image({ layers: ['arm6'], platform: linux('arm', 'v6') });

/** Digests of the manifests that are taken of this root, and the reasons for the others. */
async function walked(root: OciPart, policy: Partial<WalkPolicy> = {}) {
  const server = await oci.serve({ parts: [root] });
  const found = await walkOver(aClient({ url: server.url }), root.digest, policy);
  const manifests = found.items.filter(({ role }) => role === 'manifest' || role === 'index');
  const blobs = found.items.filter(({ role }) => role === 'config' || role === 'layer');
  return {
    manifests: manifests.map(({ digest }) => digest),
    blobs: blobs.map(({ digest }) => digest),
    reasons: reasonsOf(found),
    platforms: found.platforms,
    asked: server.asked().map((line) => line.split('/').at(-1)),
  };
}

const digests = (...parts: OciPart[]) => parts.map(({ digest }) => digest);

describe('platforms', () => {
  test('are all of them by default, except unknown ones', async () => {
    const unknown = oci.image({ layers: ['?'], platform: { os: 'unknown', architecture: 'unknown' } });
    const index = oci.index([amd, arm, arm6, unknown]);
    const { manifests, reasons, asked } = await walked(index);
    expect(manifests).toEqual(digests(amd, arm, arm6, index));
    expect(reasons).toEqual([[unknown.digest, 'platform']]);
    expect(asked).not.toContain(unknown.digest);
  });

  test('are those that are wanted; linux/arm64 takes v8; the others are not even read', async () => {
    const index = oci.index([amd, arm, arm6]);
    const { manifests, reasons, platforms, asked } = await walked(index, { platforms: ['linux/arm64'] });
    expect(manifests).toEqual(digests(arm, index));
    expect(reasons).toEqual([
      [amd.digest, 'platform'],
      [arm6.digest, 'platform'],
    ]);
    expect(platforms).toEqual(['linux/arm64/v8']);
    expect(asked).toEqual(digests(index, arm));
  });

  test('of an entry that has none are all', async () => {
    const bare = { ...oci.image({ layers: ['bare'] }), platform: undefined };
    const index = oci.index([amd, arm, bare]);
    expect((await walked(index, { platforms: ['linux/amd64'] })).manifests).toEqual(
      digests(amd, bare, index),
    );
  });

  test('that nothing fits leave nothing, not even the index', async () => {
    const index = oci.index([amd, oci.index([arm])]);
    const { manifests, blobs } = await walked(oci.index([oci.index([arm])], {}), {
      platforms: ['linux/s390x'],
    });
    expect([manifests, blobs]).toEqual([[], []]);
    expect((await walked(index, { platforms: ['linux/amd64'] })).manifests).toEqual(digests(amd, index));
  });

  test('of an image that is pushed by itself are in its configuration', async () => {
    for (const [platform, expected] of [
      ['linux/arm64', digests(arm)],
      ['linux/amd64', []],
    ] as const) {
      const { manifests, reasons, platforms } = await walked(arm, { platforms: [platform] });
      expect(manifests).toEqual(expected);
      expect(reasons).toEqual(expected.length > 0 ? [] : [[arm.digest, 'platform']]);
      expect(platforms).toEqual(expected.length > 0 ? ['linux/arm64/v8'] : []);
    }
    expect((await walked(arm)).asked).toEqual(digests(arm));
  });

  test('of an image without its configuration cannot be known, so it is taken', async () => {
    const config = { ...oci.blob('{}', 'application/vnd.oci.image.config.v1+json'), absent: true };
    const image = oci.image({ config });
    expect((await walked(image, { platforms: ['linux/arm64'] })).manifests).toEqual(digests(image));
  });

  test('that are no platforms are an error', async () => {
    expect(await kindOf(walked(amd, { platforms: ['amd64'] }))).toBe('reference');
  });
});

describe('attestations', () => {
  const [ofAmd, ofArm] = [oci.attestation(amd, 'one'), oci.attestation(arm, 'two')];
  const index = oci.index([amd, arm, ofAmd, ofArm]);

  test('are left out, in a real registry as well', async () => {
    const { url } = await startRegistry();
    await oci.push(url, 'acme/app', index);
    const found = await walkOver(aClient({ url }), index.digest);
    expect(reasonsOf(found)).toEqual([
      [ofAmd.digest, 'attestation'],
      [ofArm.digest, 'attestation'],
    ]);
    expect(found.items.map(({ digest }) => digest)).not.toContain(ofAmd.digest);
  });

  test('are taken when wanted, of the images that are taken', async () => {
    const all = await walked(index, { attestations: true });
    expect(all.manifests).toEqual(digests(amd, arm, ofAmd, ofArm, index));
    expect(all.blobs).toContain(ofAmd.parts[1]?.digest);
    const some = await walked(index, { attestations: true, platforms: ['linux/arm64'] });
    expect(some.manifests).toEqual(digests(arm, ofArm, index));
    expect(some.reasons).toContainEqual([ofAmd.digest, 'attestation']);
  });

  test('that are pushed by themselves are known by their layers', async () => {
    expect((await walked(ofAmd)).reasons).toEqual([[ofAmd.digest, 'attestation']]);
    expect((await walked(ofAmd, { attestations: true })).manifests).toEqual(digests(ofAmd));
  });
});

describe('foreign layers', () => {
  const urls = ['http://127.0.0.1:1/layer'];
  const foreign = [
    oci.blob('1', 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', { urls, absent: true }),
    oci.blob('2', 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', { urls, absent: true }),
  ];
  const image = oci.image({ layers: ['own', ...foreign] });

  test('are left out, in a real registry as well', async () => {
    const { url } = await startRegistry({
      config: { validation: { manifests: { urls: { allow: ['.*'] } } } },
    });
    await oci.push(url, 'acme/app', image);
    const found = await walkOver(aClient({ url }), image.digest);
    expect(reasonsOf(found)).toEqual(foreign.map(({ digest }) => [digest, 'foreign']));
    expect(found.items).toHaveLength(3);
  });

  test('are taken when wanted, from the registry', async () => {
    const { blobs } = await walked(image, { foreignLayers: true });
    expect(blobs).toEqual(digests(...image.parts));
  });

  test('with urls and an ordinary type are ordinary', async () => {
    const layer = oci.blob('3', 'application/vnd.oci.image.layer.v1.tar+gzip', { urls });
    expect((await walked(oci.image({ layers: [layer] }))).blobs).toContain(layer.digest);
  });
});

describe('artifacts', () => {
  const helmType = 'application/vnd.cncf.helm.config.v1+json';
  const helm = oci.image({ config: oci.blob('{"name":"chart"}', helmType), platform: linux('amd64') });
  const typed = oci.image({ artifactType: 'application/vnd.example.model', layers: ['model'] });
  const empty = oci.blob('{}', 'application/vnd.oci.empty.v1+json');
  const emptyConfig = oci.image({ config: empty, artifactType: 'application/vnd.example.empty' });

  test('are left out, in a real registry as well', async () => {
    const { url } = await startRegistry();
    for (const artifact of [helm, typed, emptyConfig]) {
      await oci.push(url, 'acme/app', artifact);
      const { items, skipped } = await walkOver(aClient({ url }), artifact.digest);
      expect([items.length, skipped.map(({ reason }) => reason)]).toEqual([0, ['artifact']]);
    }
  });

  test('are taken when all are wanted, or their type is', async () => {
    for (const artifact of [helm, typed, emptyConfig]) {
      expect((await walked(artifact, { artifacts: 'all' })).manifests).toEqual(digests(artifact));
    }
    const artifacts = [helmType, 'application/vnd.example.model'];
    expect((await walked(helm, { artifacts })).manifests).toEqual(digests(helm));
    expect((await walked(typed, { artifacts })).manifests).toEqual(digests(typed));
    expect((await walked(emptyConfig, { artifacts })).manifests).toEqual([]);
  });

  test('in an index are not read when their descriptor says what they are', async () => {
    const index = oci.index([amd, typed, helm]);
    const { manifests, reasons, asked } = await walked(index);
    expect(manifests).toEqual(digests(amd, index));
    expect(reasons).toEqual([
      [typed.digest, 'artifact'],
      [helm.digest, 'artifact'],
    ]);
    expect(asked).toEqual(digests(index, amd, helm));
  });

  test('have a subject that is never followed', async () => {
    const { kind: _, bytes: __, parts: ___, ...subject } = amd;
    const signature = oci.image({ artifactType: 'application/vnd.example.sig', fields: { subject } });
    expect((await walked(signature, { artifacts: 'all' })).asked).toEqual(digests(signature));
  });
});

describe('entries of an index', () => {
  test('of unknown type are passed over', async () => {
    const cache = oci.blob('cache', 'application/vnd.buildkit.cacheconfig.v0');
    const index = oci.index([amd, cache, oci.blob('layer', 'application/vnd.oci.image.layer.v1.tar+gzip')]);
    const { manifests, reasons } = await walked(index);
    expect(manifests).toEqual(digests(amd, index));
    expect(reasons.map(([, reason]) => reason)).toEqual(['type', 'type']);
  });

  test('without a type are what their body says', async () => {
    const [image, page] = [
      { ...amd, mediaType: '' },
      { ...oci.manifestOf('no manifest', ''), platform: linux('amd64') },
    ];
    const index = oci.index([image, page, { ...oci.blob('a blob', ''), platform: linux('amd64') }]);
    const { manifests, reasons } = await walked(index);
    expect(manifests).toEqual(digests(amd, index));
    expect(reasons.map(([, reason]) => reason)).toEqual(['type', 'missing']);
  });

  test('that are there twice are read once', async () => {
    const inner = oci.index([amd, arm]);
    const index = oci.index([inner, amd, inner, amd]);
    const { manifests, asked } = await walked(index);
    expect(asked).toEqual(digests(index, inner, amd, arm));
    expect(manifests).toEqual(digests(amd, arm, inner, index));
  });

  test('that carry their content are not read', async () => {
    const embedded = { ...amd, data: amd.bytes.toString('base64') };
    const index = oci.index([embedded]);
    const { manifests, asked } = await walked(index);
    expect([manifests, asked]).toEqual([digests(amd, index), digests(index)]);
    const wrong = oci.index([{ ...amd, data: arm.bytes.toString('base64'), size: arm.size }]);
    expect(await kindOf(walked(wrong))).toBe('digest');
    expect(await kindOf(walked(oci.index([{ ...amd, data: 'AAAA' }])))).toBe('size');
  });

  test('of another size than they say are an error', async () => {
    expect(await kindOf(walked(oci.index([{ ...amd, size: amd.size - 1 }])))).toBe('size');
  });

  test('may be none', async () => {
    expect(await walked(oci.index([]))).toMatchObject({ manifests: [], reasons: [] });
  });
});

test('schema 1 is left out, and is no error', async () => {
  const old = oci.schema1();
  expect(await walked(old)).toMatchObject({ manifests: [], reasons: [[old.digest, 'schema1']] });
  const index = oci.index([amd, old]);
  const { manifests, reasons, asked } = await walked(index);
  expect([manifests, reasons]).toEqual([digests(amd, index), [[old.digest, 'schema1']]]);
  expect(asked).not.toContain(old.digest);
});

test('Content-Type does not matter', async () => {
  const index = oci.index([amd]);
  const lie = (part: OciPart) => ({
    ...part,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  });
  const server = await oci.serve({
    script: ({ url }) => oci.found(lie(url.endsWith(index.digest) ? index : amd)),
  });
  const { items } = await walkOver(aClient({ url: server.url }), index.digest);
  expect(items.map(({ role }) => role)).toEqual(['config', 'layer', 'manifest', 'index']);
});

test('images with digests of sha512 are walked', async () => {
  const image = oci.image({ algorithm: 'sha512', layers: ['one'] });
  const index = oci.index([image], { algorithm: 'sha512' });
  const { manifests, blobs } = await walked(index);
  expect([...blobs, ...manifests]).toEqual(digests(...image.parts, image, index));
});

describe('sizes', () => {
  const image = oci.image({ layers: ['1', '22', '333'] });
  const [config, one, two, three] = digests(...image.parts);

  test('leave out layers, and never the configuration', async () => {
    const { blobs, reasons } = await walked(image, { minBlobSize: 2, maxBlobSize: 2 });
    expect(blobs).toEqual([config, two]);
    expect(reasons).toEqual([
      [one, 'size'],
      [three, 'size'],
    ]);
  });

  test('in sum leave out the image, and only that image', async () => {
    const large = oci.image({ layers: ['x'.repeat(1000)], platform: linux('arm64') });
    const index = oci.index([image, large]);
    const { manifests, reasons } = await walked(index, { maxTotal: 1000 });
    expect([manifests, reasons]).toEqual([digests(image, index), [[large.digest, 'total']]]);
  });
});

describe('limits', () => {
  const limits = { depth: 4, manifests: 500, blobs: 5000 };

  test('600 manifests are an error before they are read', async () => {
    const many = Array.from({ length: 600 }, (_, n) => ({
      ...oci.manifestOf({ n }, amd.mediaType),
      absent: true,
    }));
    const index = oci.index(many);
    const server = await oci.serve({ parts: [index] });
    expect(await kindOf(walkOver(aClient({ url: server.url }), index.digest))).toBe('limit');
    expect(server.asked()).toHaveLength(1);
  });

  test('are counted over all of the walk', async () => {
    const index = oci.index([oci.index([amd, arm]), oci.index([arm6])]);
    expect((await walked(index, { limits: { ...limits, manifests: 6 } })).manifests).toHaveLength(6);
    expect(await kindOf(walked(index, { limits: { ...limits, manifests: 5 } }))).toBe('limit');
  });

  test('four levels below the root are walked, five are not', async () => {
    const nested = (levels: number): OciPart => (levels === 0 ? amd : oci.index([nested(levels - 1)]));
    expect((await walked(nested(4))).manifests).toHaveLength(5);
    expect(await kindOf(walked(nested(5)))).toBe('limit');
  });

  test('what is left out has a limit too', async () => {
    const foreign = Array.from({ length: 8 }, (_, n) => ({
      ...oci.blob(String(n), 'application/vnd.oci.image.layer.nondistributable.v1.tar'),
    }));
    const image = oci.image({ layers: foreign });
    expect(await kindOf(walked(image, { limits: { ...limits, manifests: 2, blobs: 5 } }))).toBe('limit');
    expect((await walked(image, { limits: { ...limits, manifests: 2, blobs: 6 } })).manifests).toHaveLength(
      1,
    );
  });

  test('blobs are counted once each', async () => {
    const image = oci.image({ layers: ['1', '2', '3', '1', '2', '3'] });
    expect((await walked(image, { limits: { ...limits, blobs: 4 } })).blobs).toHaveLength(4);
    expect(await kindOf(walked(image, { limits: { ...limits, blobs: 3 } }))).toBe('limit');
  });
});
