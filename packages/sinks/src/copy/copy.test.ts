/** From one registry to another: what is written, in which order, and what is not. */
import { oci } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { anAttempt } from '../testing/builders.js';
import { anEventOf, aPushOf, copying } from '../testing/copy.js';

const app = 'team/api';
const images = ['amd64', 'arm64'].map((architecture) =>
  oci.image({ layers: ['shared', `of ${architecture}`], platform: { os: 'linux', architecture } }),
);
const [first = oci.image()] = images;
const index = oci.index([...images, oci.attestation(first)]);

/** Methods and names of what was written. */
const written = ({ requests }: { requests: string[] }) =>
  requests.flatMap((request) => /^(?:PUT|DELETE) .*\/(manifests\/.+|blobs)/.exec(request)?.[1] ?? []);

describe('an image', () => {
  test('is copied as it is: blobs, manifests, the index, its tag last', async () => {
    const { source, target, runs, open } = await copying();
    source.has(app, index, '1.0');
    expect(await open().send(aPushOf(index, '1.0'), anAttempt())).toMatchObject({
      kind: 'delivered',
      reason: 'copied',
      detail: '11 copied, 0 already there',
    });
    expect(target.tag(app, '1.0')).toBe(index.digest);
    expect(written(target).slice(-2)).toEqual([`manifests/${index.digest}`, 'manifests/1.0']);
    const lastBlob = written(target).lastIndexOf('blobs');
    expect(written(target).findIndex((name) => name.startsWith('manifests'))).toBeGreaterThan(lastBlob);
    expect(runs).toMatchObject([{ kind: 'copy', result: 'succeeded', tally: { warmed: 11 } }]);
  });

  test('is copied with what no runtime pulls: attestations of images that are elsewhere, unknown platforms', async () => {
    const { annotations: _, ...unnamed } = oci.attestation(first, 'sbom');
    const whole = oci.index([first, oci.attestation(oci.image({ layers: ['elsewhere'] })), unnamed]);
    const { source, target, open } = await copying();
    source.has(app, whole, '1.0');
    await open().send(aPushOf(whole, '1.0'), anAttempt());
    expect(target.tag(app, '1.0')).toBe(whole.digest);
  });

  test('that is there is not sent again, and a new tag of it is one manifest', async () => {
    const { source, target, open } = await copying();
    for (const tag of ['1.0', 'latest']) source.has(app, index, tag);
    const sink = open();
    await sink.send(aPushOf(index, '1.0'), anAttempt());
    const before = written(target).length;
    expect(await sink.send(aPushOf(index, '1.0'), anAttempt())).toMatchObject({
      detail: '0 copied, 11 already there',
    });
    expect(written(target)).toHaveLength(before);
    await sink.send(aPushOf(index, 'latest'), anAttempt());
    expect(written(target).slice(before)).toEqual(['manifests/latest']);
  });

  test('gets below the prefix, and mounts what another repository has', async () => {
    const { source, target, runs, open } = await copying({ target: { prefix: 'mirror/' } });
    source.has(app, first, '1.0');
    source.has('team/web', first, '1.0');
    const sink = open();
    await sink.send(aPushOf(first, '1.0'), anAttempt());
    await sink.send(anEventOf({ repository: 'team/web', digest: first.digest, tag: '1.0' }), anAttempt());
    expect(target.tag('mirror/team/web', '1.0')).toBe(first.digest);
    expect(written(target).filter((name) => name === 'blobs')).toHaveLength(3);
    expect(runs[1]?.parts.map(({ detail }) => detail)).toEqual(['mounted', 'mounted', 'mounted', undefined]);
  });

  test('whose layer cannot be read is not tagged, nor is its manifest sent', async () => {
    const layer = first.parts[1]?.digest ?? '';
    const { source, target, open } = await copying({
      from: { script: ({ url }) => (url.endsWith(`blobs/${layer}`) ? { status: 500 } : undefined) },
    });
    source.has(app, first, '1.0');
    expect(await open().send(aPushOf(first, '1.0'), anAttempt())).toMatchObject({
      kind: 'retry',
      reason: 'partial',
    });
    expect(written(target).filter((name) => name !== 'blobs')).toEqual([]);
  });

  test('with chosen platforms gets an index of these', async () => {
    const { source, target, open } = await copying({
      policy: {
        platforms: ['linux/arm64'],
        attestations: true,
        foreignLayers: false,
        artifacts: 'all',
        referrers: 'none',
        limits: { depth: 4, manifests: 500, blobs: 5_000 },
      },
    });
    source.has(app, index, '1.0');
    await open().send(aPushOf(index, '1.0'), anAttempt());
    const { manifests } = JSON.parse(String(target.manifests.get(`${app}:1.0`)?.bytes));
    expect(manifests.map(({ digest }: { digest: string }) => digest)).toEqual([images[1]?.digest]);
  });
});

describe('the tag', () => {
  test('that names another image by now: nothing is copied', async () => {
    const { source, target, runs, open } = await copying();
    source.has(app, first);
    source.has(app, index, '1.0');
    expect(await open().send(aPushOf(first, '1.0'), anAttempt())).toMatchObject({
      kind: 'delivered',
      reason: 'skipped',
      detail: expect.stringContaining('superseded'),
    });
    expect(target.requests).toEqual([]);
    expect(runs).toMatchObject([{ result: 'skipped' }]);
  });

  test('that moves while the image is copied is not written', async () => {
    const { source, target, open } = await copying({
      to: {
        script: ({ method, url }) => {
          if (method === 'PUT' && url.includes('/manifests/')) source.has(app, index, '1.0');
          return undefined;
        },
      },
    });
    source.has(app, first, '1.0');
    expect(await open().send(aPushOf(first, '1.0'), anAttempt())).toMatchObject({
      reason: 'skipped',
      detail: expect.stringContaining('superseded'),
    });
    expect(target.tag(app, '1.0')).toBeUndefined();
    // it moves back: what has ended as superseded is no result for the next push
    source.has(app, first, '1.0');
    await open().send(aPushOf(first, '1.0'), anAttempt());
    expect(target.tag(app, '1.0')).toBe(first.digest);
  });

  test('that comes back is written again, however short ago it was written', async () => {
    const { source, target, open } = await copying();
    const sink = open();
    for (const image of [first, index, first]) {
      source.has(app, image, '1.0');
      await sink.send(aPushOf(image, '1.0'), anAttempt());
      expect(target.tag(app, '1.0')).toBe(image.digest);
    }
  });

  test('that cannot be asked for is not written, and the copy is tried again', async () => {
    let asked = 0;
    const { source, target, open } = await copying({
      from: {
        script: ({ method, url }) =>
          method === 'HEAD' && url.endsWith('/1.0') && ++asked > 1 ? { status: 500 } : undefined,
      },
    });
    source.has(app, first, '1.0');
    expect(await open().send(aPushOf(first, '1.0'), anAttempt())).toMatchObject({ kind: 'retry' });
    expect(target.tag(app, '1.0')).toBeUndefined();
  });

  test('that the registry has not written yet is waited for', async () => {
    const { source, target, open } = await copying();
    source.has(app, first);
    const push = { ...aPushOf(first, '1.0'), receivedAt: Date.now() };
    const sink = open();
    expect(await sink.send(push, anAttempt())).toMatchObject({ kind: 'deferred' });
    source.has(app, first, '1.0');
    expect(await sink.send(push, anAttempt())).toMatchObject({ reason: 'copied' });
    expect(target.tag(app, '1.0')).toBe(first.digest);
  });

  test('that the target refuses to move is a failure', async () => {
    const { source, target, open } = await copying({
      to: {
        script: ({ method, url }) => (method === 'PUT' && url.endsWith('/1.0') ? { status: 201 } : undefined),
      },
    });
    source.has(app, first, '1.0');
    target.has(app, index, '1.0');
    expect(await open().send(aPushOf(first, '1.0'), anAttempt())).toMatchObject({
      kind: 'retry',
      detail: expect.stringContaining('immutable'),
    });
  });
});

describe('what refers to an image', () => {
  const subject = { mediaType: first.mediaType, digest: first.digest, size: first.size };
  const sbom = oci.image({ layers: ['sbom'], artifactType: 'application/spdx+json', fields: { subject } });
  const fallback = first.digest.replace(':', '-');

  test('goes with it: referrers, and the tags of cosign', async () => {
    const { source, target, open } = await copying();
    source.has(app, first, '1.0');
    source.has(app, oci.index([sbom]), fallback);
    const signature = oci.image({
      layers: [oci.blob('signed', 'application/vnd.dev.cosign.simplesigning.v1+json')],
    });
    source.has(app, signature, `${fallback}.sig`);
    await open().send(aPushOf(first, '1.0'), anAttempt());
    expect(target.tag(app, `${fallback}.sig`)).toBe(signature.digest);
    expect(String(target.manifests.get(`${app}:${fallback}`)?.bytes)).toContain(sbom.digest);
  });

  test('that is there without being listed, as after a crash, is listed', async () => {
    const { source, target, open } = await copying();
    source.has(app, sbom);
    target.has(app, sbom);
    expect(await open().send(aPushOf(sbom), anAttempt())).toMatchObject({ reason: 'copied' });
    expect(String(target.manifests.get(`${app}:${fallback}`)?.bytes)).toContain(sbom.digest);
  });

  test('is copied by itself when it is pushed later; other manifests without a tag are not', async () => {
    const { source, target, runs, open } = await copying();
    source.has(app, sbom);
    source.has(app, first);
    const sink = open();
    expect(await sink.send(aPushOf(sbom), anAttempt())).toMatchObject({ reason: 'copied' });
    expect(target.manifests.has(`${app}@${sbom.digest}`)).toBe(true);
    expect(await sink.send(aPushOf(first), anAttempt())).toMatchObject({ reason: 'skipped' });
    expect(target.manifests.has(`${app}@${first.digest}`)).toBe(false);
    expect(runs).toHaveLength(1);
  });
});

describe('a large layer', () => {
  const layer = Buffer.alloc(2_500, 'l');
  const large = oci.image({ layers: [layer] });
  const uploads = ({ requests }: { requests: string[] }, method: string) =>
    requests.filter((request) => request.startsWith(`${method} /v2/${app}/blobs/uploads/`)).length;

  test('is continued by another process at the end of a chunk', async () => {
    const stop = new AbortController();
    const { source, target, open } = await copying({
      target: { chunkBytes: 1_000, concurrency: 1 },
      to: {
        script: ({ method, n }) => {
          if (method === 'PATCH' && ++patches === 2 && n) stop.abort();
          return undefined;
        },
      },
    });
    let patches = 0;
    source.has(app, large, '1.0');
    const push = aPushOf(large, '1.0');
    expect(await open().send(push, anAttempt({ signal: stop.signal }))).toBe('aborted');
    expect(await open().send(push, anAttempt())).toMatchObject({ reason: 'copied' });
    expect(target.blobs.get(`${app}@${oci.digestOf(layer)}`)).toEqual(layer);
    // the config and the layer, each once
    expect(uploads(target, 'POST')).toBe(2);
  });

  test('waits as long as the target asks, which costs no attempt', async () => {
    const { source, open } = await copying({
      target: { chunkBytes: 1_000 },
      to: {
        script: ({ method }) =>
          method === 'PATCH' ? { status: 429, headers: { 'retry-after': '30' } } : undefined,
      },
    });
    source.has(app, large, '1.0');
    const result = await open().send(aPushOf(large, '1.0'), anAttempt());
    expect(result).toMatchObject({ kind: 'deferred' });
    expect(typeof result === 'object' && 'until' in result && result.until).toBeGreaterThan(
      Date.now() + 20_000,
    );
  });
});

describe('a delete', () => {
  const deleted = (tag?: string) =>
    anEventOf({ action: 'delete', tag, digest: tag ? undefined : first.digest });

  async function copiedOnce() {
    const parts = await copying({ deletes: true });
    parts.source.has(app, first, '1.0');
    await parts.open().send(aPushOf(first, '1.0'), anAttempt());
    return parts;
  }

  test('of a tag and of a manifest is followed', async () => {
    const { source, target, open } = await copiedOnce();
    source.manifests.clear();
    expect(await open().send(deleted('1.0'), anAttempt())).toMatchObject({ kind: 'delivered' });
    expect(target.tag(app, '1.0')).toBeUndefined();
    expect(await open().send(deleted(), anAttempt())).toMatchObject({ detail: 'deleted at the target' });
    expect(target.manifests.size).toBe(0);
  });

  test.each([
    ['what the source has again', () => {}, 'it is at the source again'],
    [
      'what another one has pushed there',
      ({ source, target }: Awaited<ReturnType<typeof copiedOnce>>) => {
        source.manifests.clear();
        target.has(app, index, '1.0');
      },
      `the target has ${index.digest} there, and ${first.digest} was copied`,
    ],
  ])('leaves %s', async (_, change, detail) => {
    const parts = await copiedOnce();
    change(parts);
    expect(await parts.open().send(deleted('1.0'), anAttempt())).toMatchObject({ reason: 'skipped', detail });
    expect(written(parts.target)).toHaveLength(5);
  });

  test('leaves what was not copied', async () => {
    const { target, open } = await copying({ deletes: true });
    target.has(app, first, '1.0');
    expect(await open().send(deleted('1.0'), anAttempt())).toMatchObject({ reason: 'skipped' });
    expect(target.tag(app, '1.0')).toBe(first.digest);
  });

  test('leaves what another one had pushed there before', async () => {
    const { source, target, open } = await copying({ deletes: true });
    source.has(app, first, '1.0');
    target.has(app, first, '1.0');
    expect(await open().send(aPushOf(first, '1.0'), anAttempt())).toMatchObject({ reason: 'copied' });
    source.manifests.clear();
    expect(await open().send(deleted('1.0'), anAttempt())).toMatchObject({ reason: 'skipped' });
    expect(target.tag(app, '1.0')).toBe(first.digest);
  });

  test('is tried again while the source cannot say that it is gone', async () => {
    const { source, target, open } = await copying({
      deletes: true,
      from: {
        script: ({ n }) => (n > 0 && !source.manifests.has(`${app}:1.0`) ? { status: 500 } : undefined),
      },
    });
    source.has(app, first, '1.0');
    await open().send(aPushOf(first, '1.0'), anAttempt());
    source.manifests.clear();
    expect(await open().send(deleted('1.0'), anAttempt())).toMatchObject({ kind: 'retry' });
    expect(target.tag(app, '1.0')).toBe(first.digest);
  });
});
