/** Referrers are extra: the image is walked whatever the registry says to the search for them. */
import { type OciPart, oci } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { aClient, kindOf, reasonsOf, signal, walkOver } from './testing/client.js';

const app = 'acme/app';
const image = oci.image({ layers: ['one'] });
const signatureType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const signature = oci.image({
  artifactType: signatureType,
  layers: ['signed'],
  config: oci.blob('{}', 'application/vnd.oci.empty.v1+json'),
});
const bare = (part: OciPart) => ({ ...part, platform: undefined });
const fallbackTag = image.digest.replace(':', '-');
const digests = (parts: readonly { digest: string }[]) => parts.map(({ digest }) => digest);
const list = (...parts: OciPart[]) => oci.index(parts);

type Options = NonNullable<Parameters<typeof oci.serve>[0]>;
type Reply = NonNullable<ReturnType<NonNullable<Options['script']>>>;

/** Answers every question of the search with this, and serves the rest. */
function searching(reply: (url: string) => Reply | undefined, options: Options = {}) {
  return oci.serve({
    parts: [image, signature],
    script: ({ url }) => (/\/referrers\/|\/manifests\/sha256-/.test(url) ? reply(url) : undefined),
    ...options,
  });
}

const all = { referrers: 'all' } as const;

describe('a registry that does not know the question', () => {
  test.each([400, 401, 403, 404, 405, 406, 410, 501])('may say %d', async (status) => {
    const server = await searching(() => ({ status }));
    const { items, problems } = await walkOver(aClient({ url: server.url }), image.digest, all);
    expect(digests(items)).toEqual(digests(oci.partsOf(image)));
    expect(problems).toEqual([]);
    expect(server.asked().filter((line) => line.endsWith(`manifests/${fallbackTag}`))).toHaveLength(1);
  });

  test.each([
    ['HTML', '<!DOCTYPE html><title>Sign in</title>', 'text/html'],
    ['no manifest', '{}', 'application/json'],
    ['an image', image.bytes, image.mediaType],
    ['nothing', '', 'application/json'],
  ])('may say %s with 200', async (_, body, type) => {
    const server = await searching(() => ({ body, headers: { 'content-type': type } }));
    const { items, problems } = await walkOver(aClient({ url: server.url }), image.digest, all);
    expect(digests(items)).toEqual(digests(oci.partsOf(image)));
    expect(problems).toEqual([]);
  });

  test('may have the answer under the tag', async () => {
    const server = await searching((url) => (url.includes('/referrers/') ? { status: 406 } : undefined), {
      tags: { [fallbackTag]: list(bare(signature)) },
    });
    const found = await aClient({ url: server.url }).referrers(app, image.digest, signal);
    expect(digests(found)).toEqual([signature.digest]);
  });
});

test('a list of nothing may be null, without a type', async () => {
  const server = await searching((url) =>
    url.includes('/referrers/') ? { body: '{"schemaVersion":2,"manifests":null}' } : { status: 404 },
  );
  expect(await aClient({ url: server.url }).referrers(app, image.digest, signal)).toEqual([]);
  expect(server.requests).toHaveLength(1);
});

describe('a search that fails', () => {
  test.each<[string, Reply, boolean, number]>([
    ['500', { status: 500 }, true, 4],
    ['503', { status: 503 }, true, 4],
    ['429', { status: 429, headers: { 'retry-after': '30' } }, true, 1],
    ['408', { status: 408 }, true, 4],
    ['a broken connection', 'reset', true, 1],
    ['no answer', 'hang', true, 1],
    ['a list without end', { endless: 'x'.repeat(65_536) }, false, 1],
    ['a redirect into this machine', { status: 302, headers: { location: 'http://127.0.0.1:1' } }, false, 4],
  ])('with %s costs the image nothing, and is a problem', async (_, reply, retryable, times) => {
    const server = await searching(() => reply);
    const client = aClient({ url: server.url, ...(reply === 'hang' && { timeout: 4_000 }) });
    const { items, problems } = await walkOver(client, image.digest, all);
    expect(digests(items)).toEqual(digests(oci.partsOf(image)));
    expect(problems).toHaveLength(times);
    expect(problems[0]).toMatchObject({ retryable, detail: expect.stringContaining('127.0.0.1:') });
  });

  test('is given up after five problems', async () => {
    const index = oci.index(['1', '2', '3'].map((layer) => oci.image({ layers: [layer] })));
    const server = await searching(() => ({ status: 500 }), { parts: [index] });
    const { items, problems } = await walkOver(aClient({ url: server.url }), index.digest, all);
    expect([items.length, problems.length]).toEqual([10, 5]);
    expect(server.requests).toHaveLength(4 + 5);
  });

  test('ends at once when the walk is given up', async () => {
    const server = await searching(() => 'hang');
    const controller = new AbortController();
    const pending = kindOf(walkOver(aClient({ url: server.url }), image.digest, all, controller.signal));
    await server.received(2);
    controller.abort();
    expect(await pending).toBe('aborted');
  });
});

test('a referrer that is listed and not there is left out as missing', async () => {
  const absent = oci.image({ artifactType: 'application/vnd.example.sbom', layers: ['sbom'] });
  const server = await searching((url) =>
    url.includes(`/referrers/${image.digest}`)
      ? { body: list(bare(absent), bare(signature)).bytes }
      : { status: 404 },
  );
  const { items, skipped, problems } = await walkOver(aClient({ url: server.url }), image.digest, all);
  expect(digests(items)).toContain(signature.digest);
  expect(skipped.map(({ reason }) => reason)).toEqual(['missing']);
  expect(problems).toEqual([]);
});

test('a referrer that cannot be read is a problem, and the others are taken', async () => {
  const other = oci.image({ artifactType: 'application/vnd.example.sbom', layers: ['sbom'] });
  const server = await oci.serve({
    parts: [image, signature],
    script: ({ url }) => {
      if (url.endsWith(`/referrers/${image.digest}`))
        return { body: list(bare(other), bare(signature)).bytes };
      return url.endsWith(`/manifests/${other.digest}`) ? oci.found(signature) : undefined;
    },
  });
  const { items, problems } = await walkOver(aClient({ url: server.url }), image.digest, all);
  expect(digests(items)).toContain(signature.digest);
  expect(problems).toEqual([{ detail: expect.stringContaining(other.digest), retryable: true }]);
});

test('the size of an entry may be the sum of all sizes, as Harbor gives it', async () => {
  const entry = { ...bare(signature), size: 1_878 };
  const server = await searching((url) =>
    url.includes(`/referrers/${image.digest}`) ? { body: list(entry).bytes } : { status: 404 },
  );
  const { items, problems } = await walkOver(aClient({ url: server.url }), image.digest, all);
  const found = items.find(({ digest }) => digest === signature.digest);
  expect([found?.size, problems]).toEqual([signature.size, []]);
});

describe('no referrer is', () => {
  const arm = oci.image({ layers: ['arm'], platform: { os: 'linux', architecture: 'arm64' } });
  const index = oci.index([image, arm]);

  test.each([
    ['with its digest in the head', (part: OciPart) => oci.found(part)],
    ['without a digest in the head', (part: OciPart) => ({ body: part.bytes })],
  ])('the manifest itself under its tag, as GitLab answers, %s', async (_, found) => {
    const server = await oci.serve({
      parts: [index],
      script: ({ url }) => {
        const tagged = [index, image, arm].find(({ digest }) => url.endsWith(digest.replace(':', '-')));
        return tagged && found(tagged);
      },
    });
    const policy = { ...all, platforms: ['linux/amd64'] };
    const walked = await walkOver(aClient({ url: server.url }), index.digest, policy);
    expect(digests(walked.items)).toEqual(digests([...oci.partsOf(image), index]));
    expect(reasonsOf(walked)).toEqual([[arm.digest, 'platform']]);
  });

  test.each<[string, OciPart]>([
    ['the subject', { ...bare(image), artifactType: 'a/b' }],
    ['an entry with a platform and no type', arm],
    [
      'an entry of the type of an image',
      { ...arm, artifactType: 'application/vnd.oci.image.config.v1+json' },
    ],
    ['an image that does not say to what it refers', bare(arm)],
    ['an index that does not say to what it refers', bare(oci.index([arm]))],
  ])('%s', async (_, entry) => {
    const server = await oci.serve({
      parts: [image, arm, oci.index([arm])],
      tags: { [fallbackTag]: list(entry, bare(signature)) },
    });
    const { items } = await walkOver(aClient({ url: server.url }), image.digest, all);
    const manifests = items.filter(({ role }) => role === 'manifest' || role === 'index');
    expect(digests(manifests)).toEqual([signature.digest, image.digest]);
  });

  test('and an image with a subject is one', async () => {
    const { kind: _, bytes: __, parts: ___, ...subject } = image;
    const derived = bare(oci.image({ layers: ['derived'], fields: { subject } }));
    const server = await oci.serve({
      parts: [image, derived],
      tags: { [fallbackTag]: list(derived) },
    });
    const { items } = await walkOver(aClient({ url: server.url }), image.digest, all);
    expect(digests(items)).toContain(derived.digest);
  });
});
