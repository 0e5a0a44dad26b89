import { type OciPart, oci, startRegistry } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { aClient, kindOf, signal, walkOver } from './testing/client.js';

const app = 'acme/app';
const signatureType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const sbomType = 'application/spdx+json';
const image = oci.image({ layers: ['one'] });
const referring = (artifactType: string) =>
  oci.image({
    artifactType,
    layers: [artifactType],
    config: oci.blob('{}', 'application/vnd.oci.empty.v1+json'),
  });
const [signature, sbom] = [referring(signatureType), referring(sbomType)];
const bare = (part: OciPart) => ({ ...part, platform: undefined });
const list = (...parts: OciPart[]) => oci.index(parts.map(bare));
const digests = (parts: readonly { digest: string }[]) => parts.map(({ digest }) => digest);
const fallbackTag = image.digest.replace(':', '-');

/** A registry that knows the question, with one answer for each page. */
async function withReferrers(...pages: OciPart[]) {
  return oci.serve({
    parts: [image, signature, sbom],
    script: ({ url }) => {
      if (!url.includes('/referrers/')) return undefined;
      const page = Number(new URL(url, 'http://x').searchParams.get('page') ?? 0);
      const link = `</v2/${app}/referrers/${image.digest}?page=${page + 1}>; rel="next"`;
      const none = !url.includes(image.digest);
      return {
        headers: { ...(page + 1 < pages.length && !none && { link }) },
        body: (none ? list() : pages[page])?.bytes,
      };
    },
  });
}

describe('referrers of a manifest', () => {
  test('are all pages of the list', async () => {
    const server = await withReferrers(list(signature), list(sbom, signature));
    const found = await aClient({ url: server.url }).referrers(app, image.digest, signal);
    expect(found.map(({ digest, artifactType }) => [digest, artifactType])).toEqual([
      [signature.digest, signatureType],
      [sbom.digest, sbomType],
    ]);
  });

  test('have no end, and are given up', async () => {
    const server = await withReferrers(...Array.from({ length: 30 }, () => list(signature)));
    expect(await kindOf(aClient({ url: server.url }).referrers(app, image.digest, signal))).toBe('limit');
    expect(server.requests).toHaveLength(20);
  });

  test.each([
    'http://127.0.0.1:1/v2/acme/app/referrers/x',
    '/v2/acme/other/referrers/x',
    '/v2/acme/app/blobs/x',
    'http://',
  ])('are not looked for at %s', async (next) => {
    const headers = { link: `<${next}>; rel="next"` };
    const server = await oci.serve({ script: () => ({ headers, body: list(signature).bytes }) });
    expect(await aClient({ url: server.url }).referrers(app, image.digest, signal)).toHaveLength(1);
    expect(server.requests).toHaveLength(1);
  });

  test('are under a tag in a real registry that does not know the question', async () => {
    const { url } = await startRegistry();
    await oci.push(url, app, image, '1.0');
    const client = aClient({ url });
    expect(await client.referrers(app, image.digest, signal)).toEqual([]);
    await oci.push(url, app, list(signature, sbom), fallbackTag);
    expect(digests(await client.referrers(app, image.digest, signal))).toEqual(digests([signature, sbom]));
  });
});

describe('a walk', () => {
  test('asks for no referrers unless told to', async () => {
    const server = await withReferrers(list(signature));
    await walkOver(aClient({ url: server.url }), image.digest);
    expect(server.asked()).toHaveLength(1);
  });

  test('takes all of them, before the root', async () => {
    const server = await withReferrers(list(signature, sbom));
    const { items } = await walkOver(aClient({ url: server.url }), image.digest, { referrers: 'all' });
    const manifests = items.filter(({ role }) => role === 'manifest');
    expect(digests(manifests)).toEqual(digests([signature, sbom, image]));
    expect(digests(items)).toEqual(expect.arrayContaining(digests([...signature.parts, ...sbom.parts])));
  });

  test('takes those of the types that are wanted', async () => {
    const server = await withReferrers(list(signature, sbom));
    const policy = { referrers: [sbomType] };
    const { items } = await walkOver(aClient({ url: server.url }), image.digest, policy);
    expect(digests(items.filter(({ role }) => role === 'manifest'))).toEqual(digests([sbom, image]));
  });

  test('takes what cosign put under a tag, and keeps the tag', async () => {
    const layer = oci.blob('{}', 'application/vnd.dev.cosign.simplesigning.v1+json');
    const cosigned = oci.image({ layers: [layer] });
    const { url } = await startRegistry();
    await oci.push(url, app, image, '1.0');
    await oci.push(url, app, cosigned, `${fallbackTag}.sig`);
    const client = aClient({ url });
    for (const referrers of ['all', [layer.mediaType]] as const) {
      const { items } = await walkOver(client, '1.0', { referrers });
      const manifests = items.filter(({ role }) => role === 'manifest');
      expect(manifests.map(({ digest, tag }) => [digest, tag])).toEqual([
        [cosigned.digest, `${fallbackTag}.sig`],
        [image.digest, '1.0'],
      ]);
    }
    const { skipped } = await walkOver(client, '1.0', { referrers: [sbomType] });
    expect(skipped.map(({ reason }) => reason)).toEqual(['artifact']);
  });

  test('counts them among its manifests', async () => {
    const server = await withReferrers(list(signature, sbom));
    const limits = { depth: 4, manifests: 2, blobs: 100 };
    const walked = await walkOver(aClient({ url: server.url }), image.digest, { referrers: 'all', limits });
    expect(digests(walked.items)).toEqual(digests(oci.partsOf(image)));
    expect(walked.problems).toEqual([
      { detail: expect.stringContaining('more than 2 manifests'), retryable: false },
    ]);
  });
});
