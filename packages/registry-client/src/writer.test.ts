/** What is pushed, in a real registry and in those that behave in other ways. */
import { hasTool, oci, startRegistry } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { aClient, errorOf, kindOf, signal } from './testing/client.js';
import { aWriter, fromMemory } from './testing/writer.js';

const app = 'acme/app';

describe.runIf(hasTool('docker-registry'))('a real registry', () => {
  test('takes an image: blobs in one piece, in chunks and mounted, the manifest, its tag', async () => {
    const { url } = await startRegistry();
    const image = oci.image({ layers: [Buffer.alloc(2_500, 'a'), 'small'] });
    const writer = aWriter({ url });
    for (const repository of [app, 'acme/other']) {
      const mountFrom = repository === app ? undefined : app;
      for (const { digest, size, bytes } of image.parts) {
        expect(await writer.hasBlob(repository, digest, signal)).toBe(false);
        const options = fromMemory(bytes, { mountFrom });
        expect(await writer.upload(repository, { digest, size }, options)).toEqual({
          mounted: mountFrom !== undefined,
        });
        expect(await writer.hasBlob(repository, digest, signal)).toBe(true);
      }
      await writer.putManifest(repository, { ...image, body: image.bytes }, signal);
      await writer.putManifest(repository, { ...image, body: image.bytes }, signal, '1.0');
      const found = await aClient({ url }).manifest(repository, '1.0', signal);
      expect(found.digest).toBe(image.digest);
    }
  });

  test('lets an upload be continued at the end of a chunk, and not within one', async () => {
    const { url } = await startRegistry();
    const bytes = Buffer.alloc(2_500, 'b');
    const blob = { digest: oci.digestOf(bytes), size: bytes.length };
    const gone = new AbortController();
    const options = fromMemory(bytes, {
      signal: gone.signal,
      keep: async (state) => {
        options.states.push(state);
        gone.abort();
      },
    });
    expect(await kindOf(aWriter({ url }).upload(app, blob, options))).toBe('aborted');
    const next = fromMemory(bytes, { resume: options.states[0] });
    await aWriter({ url }).upload(app, blob, next);
    expect(next.reads).toEqual([1000, 2000]);
    const read = await aClient({ url }).slice(app, blob.digest, { from: 998, to: 1_003 }, signal);
    expect(read.toString()).toBe('bbbbb');
  });

  test('refuses a manifest whose parts it does not have', async () => {
    const { url } = await startRegistry();
    const image = oci.image();
    const refusal = await errorOf(aWriter({ url }).putManifest(app, { ...image, body: image.bytes }, signal));
    expect(refusal.message).toContain('MANIFEST_BLOB_UNKNOWN');
  });

  test('deletes a manifest, and says when there is none', async () => {
    const { url } = await startRegistry();
    const { digest } = await oci.push(url, app, oci.image(), '1.0');
    const writer = aWriter({ url });
    expect(await writer.deleteManifest(app, digest, signal)).toBe(true);
    expect(await writer.deleteManifest(app, digest, signal)).toBe(false);
    expect(await kindOf(writer.resolve(app, '1.0', signal))).toBe('not_found');
  });
});

describe('a token', () => {
  test('is asked for with the right to push, also where the first question only reads', async () => {
    const scopes: (string | null)[] = [];
    const server = await oci.serve({
      script: ({ url, headers }) => {
        const { pathname, searchParams } = new URL(url, 'http://registry');
        if (pathname === '/token') {
          scopes.push(searchParams.get('scope'));
          return { body: '{"token":"issued"}' };
        }
        if (headers.authorization === 'Bearer issued') return { status: 200 };
        const challenge = `Bearer realm="${server.url}/token",scope="repository:acme/app:pull"`;
        return { status: 401, headers: { 'www-authenticate': challenge } };
      },
    });
    const { url } = server;
    await aWriter({ url }).hasBlob(app, oci.image().digest, signal);
    await aClient({ url }).holds(app, oci.image().digest, signal);
    expect(scopes).toEqual(['repository:acme/app:pull,push', 'repository:acme/app:pull']);
  });
});

describe('a manifest with a subject', () => {
  const subject = oci.image();
  const signatures = ['one', 'two'].map((layer) =>
    oci.image({ layers: [layer], artifactType: 'application/vnd.test.signature', fields: { subject } }),
  );
  const fallback = subject.digest.replace(':', '-');

  test('is listed under the fallback tag where the registry keeps no list, with what is there', async () => {
    const store = await oci.store();
    const writer = aWriter({ url: store.url });
    for (const one of [...signatures, ...signatures]) {
      for (const part of one.parts) store.has(app, part);
      await writer.putManifest(app, { ...one, body: one.bytes }, signal);
    }
    const listed = await writer.referrers(app, subject.digest, signal);
    expect(listed.map(({ digest, artifactType }) => [digest, artifactType])).toEqual(
      signatures.map(({ digest }) => [digest, 'application/vnd.test.signature']),
    );
  });

  test('is listed with the others that are pushed at the same time', async () => {
    const store = await oci.store();
    const writer = aWriter({ url: store.url });
    const many = Array.from({ length: 8 }, (_, n) =>
      oci.image({
        layers: [`nth ${n}`],
        artifactType: 'application/vnd.test.signature',
        fields: { subject },
      }),
    );
    for (const part of many.flatMap(({ parts }) => parts)) store.has(app, part);
    await Promise.all(many.map((one) => writer.putManifest(app, { ...one, body: one.bytes }, signal)));
    const listed = await writer.referrers(app, subject.digest, signal);
    expect(listed.map(({ digest }) => digest).sort()).toEqual(many.map(({ digest }) => digest).sort());
  });

  test('is left to a registry that lists it by itself', async () => {
    const store = await oci.store({ referrers: true });
    const [one] = signatures;
    if (!one) throw new Error('no signature');
    for (const part of one.parts) store.has(app, part);
    await aWriter({ url: store.url }).putManifest(app, { ...one, body: one.bytes }, signal);
    expect(store.tag(app, fallback)).toBeUndefined();
  });
});

test('a server without ranges is read from its start', async () => {
  const blob = oci.blob('0123456789', 'application/octet-stream');
  const { url } = await oci.serve({ parts: [blob] });
  const slice = (from: number, to: number) => aClient({ url }).slice(app, blob.digest, { from, to }, signal);
  expect(String(await slice(3, 7))).toBe('3456');
  expect(await kindOf(slice(8, 12))).toBe('size');
});
