/** Answers that are compressed without being asked to be, and heads whose length and digest mean little. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { oci } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { aClient, errorOf, kindOf, signal, walkOver } from './testing/client.js';

const app = 'acme/app';
const image = oci.image({ layers: ['one', 'x'.repeat(200_000)] });
const layer = oci.blob('x'.repeat(200_000), 'application/vnd.oci.image.layer.v1.tar');
const sha512 = oci.image({ algorithm: 'sha512' });

type Script = NonNullable<Parameters<typeof oci.serve>[0]>['script'];
const clientOf = async (script: Script) => aClient({ url: (await oci.serve({ script })).url });

/** A registry that compresses every body. */
async function compressing(encoding = 'gzip', compress: (bytes: Buffer) => Buffer = gzipSync) {
  return oci.serve({
    script: ({ url }) => {
      const part = oci.partsOf(image).find(({ digest }) => url.endsWith(digest)) ?? image;
      if (!url.endsWith('1.0') && !url.endsWith(part.digest)) return oci.refused(404, 'MANIFEST_UNKNOWN');
      const body = compress(part.bytes);
      const headers = {
        'content-encoding': encoding,
        'content-length': body.length,
        ...(part === image && { 'docker-content-digest': part.digest, 'content-type': part.mediaType }),
      };
      return { headers, body };
    },
  });
}

test('every request says that nothing is to be compressed', async () => {
  const server = await oci.serve({ tags: { '1.0': image }, tokens: oci.tokens() });
  const client = aClient({ url: server.url });
  const { items } = await walkOver(client, '1.0');
  for (const item of items) {
    if (item.role === 'layer') await client.drain(app, item, { signal });
  }
  expect(new Set(server.requests.map(({ headers }) => headers['accept-encoding']))).toEqual(
    new Set(['identity']),
  );
});

describe('gzip that was not asked for', () => {
  test.each(['gzip', 'x-gzip', 'GZIP'])('is unpacked (%s), and the digest compared', async (encoding) => {
    const client = aClient({ url: (await compressing(encoding)).url });
    const { items } = await walkOver(client, '1.0');
    expect(items).toHaveLength(4);
    expect((await client.manifest(app, image.digest, signal, { size: image.size })).verified).toBe(true);
    for (const part of image.parts) {
      expect(await client.drain(app, part, { signal })).toMatchObject({ verified: true });
      expect(await client.drain(app, { digest: part.digest }, { signal })).toMatchObject({ verified: true });
      expect(await client.blob(app, part, signal)).toEqual(part.bytes);
      expect(await client.drain(app, part, { signal, method: 'HEAD' })).toMatchObject({ verified: false });
    }
  });

  test('of a layer that is gzip by itself is not unpacked', async () => {
    const bytes = gzipSync('a layer');
    const packed = oci.blob(bytes, 'application/vnd.oci.image.layer.v1.tar+gzip');
    const client = await clientOf(() => ({ body: bytes, headers: { 'content-encoding': 'gzip' } }));
    expect(await client.drain(app, packed, { signal })).toMatchObject({
      bytes: bytes.length,
      verified: true,
    });
    expect(await client.blob(app, packed, signal)).toEqual(bytes);
  });

  test('of other bytes is an error that names the coding', async () => {
    const body = gzipSync('other bytes');
    const client = await clientOf(() => ({ body, headers: { 'content-encoding': 'gzip' } }));
    for (const read of [
      client.drain(app, { digest: layer.digest }, { signal }),
      client.blob(app, { digest: layer.digest }, signal),
      client.manifest(app, layer.digest, signal),
    ]) {
      const error = await errorOf(read);
      expect(error).toMatchObject({ kind: 'digest', retryable: true });
      expect(error.message).toMatch(/Content-Encoding: gzip, which was not requested$/);
    }
  });

  test('that ends too early is other bytes', async () => {
    const body = gzipSync(layer.bytes).subarray(0, -20);
    const client = await clientOf(() => ({ body, headers: { 'content-encoding': 'gzip' } }));
    expect(await kindOf(client.drain(app, { digest: layer.digest }, { signal }))).toBe('digest');
  });

  test('is not unpacked beyond the size of what was asked for', async () => {
    const body = gzipSync(Buffer.alloc(50_000_000));
    const client = await clientOf(() => ({ body, headers: { 'content-encoding': 'gzip' } }));
    expect(await kindOf(client.drain(app, { ...layer, size: 1_000 }, { signal }))).toBe('size');
    expect(await kindOf(client.blob(app, { ...layer, size: 1_000 }, signal))).toBe('size');
    expect(await kindOf(client.manifest(app, image.digest, signal))).toBe('limit');
  });

  test('of a token, of an error and of a list is unpacked too', async () => {
    const packed = (value: unknown, status = 200) => ({
      status,
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify(value)),
    });
    const tokens = oci.tokens();
    const answer: typeof tokens.answer = (request) => {
      const reply = Object(tokens.answer(request));
      return packed(JSON.parse(reply.body));
    };
    const server = await oci.serve({
      parts: [image],
      tokens: { ...tokens, answer },
      script: ({ url, headers }) =>
        headers.authorization && url.endsWith('/absent')
          ? packed({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'in words' }] }, 404)
          : headers.authorization && url.includes('/referrers/')
            ? packed(JSON.parse(oci.index([{ ...sha512, artifactType: 'a/b' }]).bytes.toString()))
            : undefined,
    });
    const client = aClient({ url: server.url });
    expect((await errorOf(client.manifest(app, 'absent', signal))).message).toMatch(
      /404 MANIFEST_UNKNOWN: in words/,
    );
    expect(await client.referrers(app, image.digest, signal)).toHaveLength(1);
  });
});

test('another coding is not unpacked, and the error names it', async () => {
  const client = aClient({ url: (await compressing('br', brotliCompressSync)).url });
  const error = await errorOf(client.manifest(app, image.digest, signal));
  expect(error.message).toMatch(/they came with Content-Encoding: br, which was not requested$/);
});

describe('the head of an answer', () => {
  test.each(['0', undefined])('with the length %s has no size', async (length) => {
    const headers = { ...(length !== undefined && { 'content-length': length }) };
    const client = await clientOf(({ method, url }) => {
      if (method !== 'HEAD') return undefined;
      const digest = url.includes('/manifests/') && { 'docker-content-digest': image.digest };
      return { headers: { ...headers, ...digest } };
    });
    const drained = await client.drain(app, layer, { signal, method: 'HEAD' });
    expect(drained).toMatchObject({ bytes: layer.size, verified: false });
    expect(await client.resolve(app, image.digest, signal)).toEqual({ digest: image.digest });
    expect(await client.resolve(app, '1.0', signal)).toEqual({ digest: image.digest });
  });

  test('in chunks is a head', async () => {
    const raw = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ndocker-content-digest: ${image.digest}\r\n\r\n`;
    const client = await clientOf(() => ({ raw }));
    expect(await client.drain(app, layer, { signal, method: 'HEAD' })).toMatchObject({ bytes: layer.size });
    expect(await client.resolve(app, '1.0', signal)).toEqual({ digest: image.digest });
  });

  test('may have a digest of another algorithm than was asked for', async () => {
    const lie = { ...sha512, digest: oci.digestOf(sha512.bytes) };
    const client = await clientOf(() => oci.found(lie));
    expect((await client.resolve(app, sha512.digest, signal)).digest).toBe(sha512.digest);
    expect(await client.manifest(app, sha512.digest, signal)).toMatchObject({
      digest: sha512.digest,
      verified: true,
    });
    const other = await clientOf(() => oci.found(image));
    expect(await kindOf(other.resolve(app, oci.digestOf(Buffer.from('x')), signal))).toBe('digest');
  });
});

describe('a HEAD that is refused', () => {
  const refusing = (status: number) =>
    oci.serve({
      tags: { '1.0': image },
      script: ({ method }) => (method === 'HEAD' ? { status } : undefined),
    });

  test.each([400, 403, 404, 405, 406, 410, 415, 501])('with %d is asked again by GET', async (status) => {
    const { url } = await refusing(status);
    expect((await aClient({ url }).resolve(app, '1.0', signal)).digest).toBe(image.digest);
  });

  test.each([
    [401, 'unauthorized'],
    [429, 'rate_limited'],
    [500, 'server'],
  ])('with %d is an answer', async (status, kind) => {
    const server = await refusing(status);
    expect(await kindOf(aClient({ url: server.url }).resolve(app, '1.0', signal))).toBe(kind);
    expect(server.asked()).not.toContain('GET /v2/acme/app/manifests/1.0');
  });
});
