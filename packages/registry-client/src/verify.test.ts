/** Bodies that are not what was asked for. */
import { oci } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { aClient, errorOf, kindOf, signal } from './testing/client.js';

const app = 'acme/app';
const MIB = 1024 * 1024;
const image = oci.image();
const layer = oci.blob('the layer', 'application/vnd.oci.image.layer.v1.tar');
const truncated = { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nthe ' };

/** A client of a registry that always gives this. */
async function clientOf(script: NonNullable<Parameters<typeof oci.serve>[0]>['script']) {
  const { url } = await oci.serve({ script });
  return aClient({ url });
}

describe('a manifest', () => {
  test('of other bytes than its digest says is refused, and may be right the next time', async () => {
    const client = await clientOf(() =>
      oci.found({ ...image, bytes: oci.image({ layers: ['evil'] }).bytes }),
    );
    const error = await errorOf(client.manifest(app, image.digest, signal));
    expect(error).toMatchObject({ kind: 'digest', retryable: true });
    expect(error.message).toContain(image.digest);
  });

  test('by tag must have the digest that the registry says', async () => {
    const client = await clientOf(() => oci.found({ ...image, digest: layer.digest }));
    expect(await kindOf(client.manifest(app, '1.0', signal))).toBe('digest');
  });

  test('by tag gets its digest from its bytes when the registry says none', async () => {
    const client = await clientOf(() => ({ body: image.bytes }));
    expect((await client.manifest(app, '1.0', signal)).digest).toBe(image.digest);
  });

  test('of sha512 is verified', async () => {
    const long = oci.image({ algorithm: 'sha512' });
    const client = await clientOf(() => oci.found(long));
    expect(await client.manifest(app, long.digest, signal)).toMatchObject({
      digest: long.digest,
      verified: true,
    });
    expect(await client.manifest(app, '1.0', signal)).toMatchObject({ digest: long.digest, verified: true });
    const wrong = `${long.digest.slice(0, -8)}00000000`;
    expect(await kindOf(client.manifest(app, wrong, signal))).toBe('digest');
  });

  test('of an algorithm that is not known is taken, and said to be unverified', async () => {
    const digest = `blake3:${'0'.repeat(64)}`;
    const client = await clientOf(() => oci.found(image));
    expect(await client.manifest(app, digest, signal)).toMatchObject({ digest, verified: false });
  });

  test('of another size than its descriptor says is refused', async () => {
    const client = await clientOf(() => oci.found(image));
    for (const size of [image.size + 1, image.size - 1]) {
      expect(await kindOf(client.manifest(app, image.digest, signal, { size }))).toBe('size');
    }
    expect(await client.manifest(app, image.digest, signal, { size: image.size })).toBeDefined();
  });

  test('of 5 MiB is not read, also where its size is not said', async () => {
    const large = JSON.stringify({ ...JSON.parse(image.bytes.toString()), pad: 'x'.repeat(5 * MIB) });
    const told = await clientOf(() => ({ body: large, headers: { 'content-length': large.length } }));
    expect(await errorOf(told.manifest(app, '1.0', signal))).toMatchObject({
      kind: 'limit',
      retryable: false,
    });
    // its head is enough: nothing of this body ever comes
    const empty = await clientOf(() => ({ raw: `HTTP/1.1 200 OK\r\ncontent-length: ${5 * MIB}\r\n\r\n` }));
    expect(await kindOf(empty.manifest(app, '1.0', signal))).toBe('limit');
    const endless = await clientOf(() => ({ endless: 'x'.repeat(65_536) }));
    expect(await kindOf(endless.manifest(app, '1.0', signal))).toBe('limit');
    expect(await kindOf(endless.manifest(app, image.digest, signal, { size: 5 * MIB }))).toBe('limit');
  });

  test('of 5 MiB is read when it may be, and 9 MiB never', async () => {
    const pad = (size: number) =>
      oci.manifestOf({ ...JSON.parse(image.bytes.toString()), pad: 'x'.repeat(size * MIB) }, image.mediaType);
    const tags = { five: pad(5), nine: pad(9) };
    const { url } = await oci.serve({ tags });
    const client = aClient({ url, manifestBytes: 100 * MIB });
    expect((await client.manifest(app, 'five', signal)).size).toBe(tags.five.size);
    expect(await kindOf(client.manifest(app, 'nine', signal))).toBe('limit');
  });

  test('that ends too early is an error, and the next try has none of it', async () => {
    const raw = { raw: `HTTP/1.1 200 OK\r\ncontent-length: ${image.size}\r\n\r\n{"schemaVersion"` };
    const client = await clientOf((_, n) => (n === 1 ? raw : oci.found(image)));
    expect(await errorOf(client.manifest(app, image.digest, signal))).toMatchObject({
      kind: 'network',
      retryable: true,
    });
    expect((await client.manifest(app, image.digest, signal)).body).toEqual(image.bytes);
  });
});

describe('a blob', () => {
  test('of other bytes is refused', async () => {
    const client = await clientOf(() => ({ body: 'evil layr' }));
    expect(await kindOf(client.drain(app, layer, { signal }))).toBe('digest');
    expect(await kindOf(client.blob(app, layer, signal))).toBe('digest');
  });

  test('of another size is refused, by its head before it is read', async () => {
    const client = await clientOf(() => oci.found(layer));
    const shorter = { digest: layer.digest, size: layer.size - 1 };
    for (const method of ['GET', 'HEAD'] as const) {
      expect(await kindOf(client.drain(app, shorter, { signal, method }))).toBe('size');
    }
  });

  test('is not read beyond its size', async () => {
    const client = await clientOf(() => ({ endless: 'x'.repeat(65_536) }));
    let read = 0;
    const onBytes = (bytes: number) => {
      read += bytes;
    };
    expect(await kindOf(client.drain(app, { ...layer, size: MIB }, { signal, onBytes }))).toBe('size');
    expect(read).toBeLessThanOrEqual(MIB);
    expect(await kindOf(client.blob(app, { digest: layer.digest }, signal))).toBe('limit');
  });

  test('that ends too early is an error, and the next try has none of it', async () => {
    const client = await clientOf((_, n) => (n === 1 ? truncated : oci.found(layer)));
    expect(await kindOf(client.drain(app, layer, { signal }))).toBe('network');
    expect(await client.drain(app, layer, { signal })).toEqual({ bytes: layer.size, verified: true });
  });

  test('in pieces of no told length that is too short is refused', async () => {
    const client = await clientOf(() => ({ body: 'the l', headers: { 'transfer-encoding': 'chunked' } }));
    expect(await kindOf(client.drain(app, layer, { signal }))).toBe('size');
  });

  test('of an algorithm that is not known is read, and said to be unverified', async () => {
    const client = await clientOf(() => oci.found(layer));
    const digest = `blake3:${'0'.repeat(64)}`;
    expect(await client.drain(app, { digest }, { signal })).toEqual({ bytes: layer.size, verified: false });
  });

  test('that is compressed on the way is not unpacked: its digest is of the bytes as they are', async () => {
    const client = await clientOf(() => ({ body: layer.bytes, headers: { 'content-encoding': 'gzip' } }));
    expect((await client.drain(app, layer, { signal })).verified).toBe(true);
  });
});
