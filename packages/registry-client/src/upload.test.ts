/** Uploads, against a registry that breaks where the test says so. */
import { type OciStoreOptions, oci } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { errorOf, kindOf } from './testing/client.js';
import { aWriter, fromMemory } from './testing/writer.js';

const app = 'acme/app';
const bytes = Buffer.from(Array.from({ length: 2_500 }, (_, n) => n % 251));
const blob = { digest: oci.digestOf(bytes), size: bytes.length };
const uploads = '/v2/acme/app/blobs/uploads/';

async function theStore(options: OciStoreOptions = {}) {
  const store = await oci.store(options);
  const kept = () => store.blobs.get(`${app}@${blob.digest}`);
  const methods = () => store.requests.map((request) => request.split(' ')[0]).join(' ');
  return { store, kept, methods, writer: aWriter({ url: store.url }) };
}

/** The nth request with this method is broken or answered as said. */
const at =
  (method: string, nth: number, reply: ReturnType<NonNullable<OciStoreOptions['script']>>) =>
  (seen = 0): OciStoreOptions['script'] =>
  (request) =>
    request.method === method && ++seen === nth ? reply : undefined;

describe('a blob', () => {
  test('that fits into a chunk is sent in one piece', async () => {
    const { writer, kept, methods } = await theStore();
    expect(await writer.upload(app, blob, fromMemory(bytes, { chunkBytes: 2_500 }))).toEqual({
      mounted: false,
    });
    expect(kept()).toEqual(bytes);
    expect(methods()).toBe('POST PUT');
  });

  test('that does not is sent in chunks, each to the Location of the last answer', async () => {
    const { writer, kept, methods } = await theStore();
    const options = fromMemory(bytes);
    await writer.upload(app, blob, options);
    expect(kept()).toEqual(bytes);
    expect(methods()).toBe('POST PATCH PATCH PATCH PUT');
    expect(options.reads).toEqual([0, 1000, 2000]);
    expect(options.states).toHaveLength(3);
  });

  test('is sent in the larger chunks that the registry asks for', async () => {
    const { writer, kept, methods } = await theStore({ chunkMinLength: 2_000 });
    await writer.upload(app, blob, fromMemory(bytes));
    expect(kept()).toEqual(bytes);
    expect(methods()).toBe('POST PATCH PATCH PUT');
  });

  test('is mounted from a repository that has it', async () => {
    const { store, writer, kept, methods } = await theStore();
    store.blobs.set(`acme/base@${blob.digest}`, bytes);
    const options = fromMemory(bytes, { mountFrom: 'acme/base' });
    expect(await writer.upload(app, blob, options)).toEqual({ mounted: true });
    expect(kept()).toEqual(bytes);
    expect(methods()).toBe('POST');
    expect(options.reads).toEqual([]);
  });

  test('whose mount is answered by 202 is uploaded there', async () => {
    const { store, writer, kept, methods } = await theStore({ mounts: false });
    store.blobs.set(`acme/base@${blob.digest}`, bytes);
    await writer.upload(app, blob, fromMemory(bytes, { mountFrom: 'acme/base', chunkBytes: 2_500 }));
    expect(kept()).toEqual(bytes);
    expect(methods()).toBe('POST PUT');
  });

  test('whose mount is refused is uploaded', async () => {
    const { writer, kept } = await theStore({
      script: ({ url }) => (url.includes('mount=') ? { status: 403 } : undefined),
    });
    await writer.upload(app, blob, fromMemory(bytes, { mountFrom: 'acme/base' }));
    expect(kept()).toEqual(bytes);
  });

  test('with another digest is not taken: in one piece it is not even sent', async () => {
    const { writer, kept, methods } = await theStore();
    const other = Buffer.alloc(2_500, 'x');
    expect(await kindOf(writer.upload(app, blob, fromMemory(other, { chunkBytes: 2_500 })))).toBe('digest');
    expect(methods()).toBe('POST');
    expect(await errorOf(writer.upload(app, blob, fromMemory(other)))).toMatchObject({ status: 400 });
    expect(kept()).toBeUndefined();
  });
});

describe('a chunk that breaks', () => {
  test('is continued where the registry says how far it came', async () => {
    const { writer, kept } = await theStore({ keepsBroken: true, script: at('PATCH', 2, 'cut')() });
    const options = fromMemory(bytes);
    await writer.upload(app, blob, options);
    expect(kept()).toEqual(bytes);
    expect(options.reads[1]).toBe(1000);
    expect(options.reads[2]).toBeGreaterThan(1000);
  });

  test('fails where the registry has given the upload up, and the next one begins again', async () => {
    const { writer, kept, methods } = await theStore({ script: at('PATCH', 2, 'cut')() });
    const options = fromMemory(bytes);
    expect(await kindOf(writer.upload(app, blob, options))).toBe('network');
    expect(methods()).toBe('POST PATCH PATCH GET');
    const next = fromMemory(bytes, { resume: options.states.at(-1) });
    await writer.upload(app, blob, next);
    expect(next.reads).toEqual([0, 1000, 2000]);
    expect(kept()).toEqual(bytes);
  });
});

test('a registry that takes chunks and counts none of them is given up', async () => {
  const range = { status: 202, headers: { location: `${uploads}1`, range: '0-0' } };
  const { writer, methods } = await theStore({
    script: ({ method }) => (method === 'PATCH' ? range : undefined),
  });
  expect(await errorOf(writer.upload(app, blob, fromMemory(bytes)))).toMatchObject({
    kind: 'server',
    message: expect.stringContaining('stays at byte 0'),
  });
  expect(methods()).toBe('POST PATCH PATCH PATCH PATCH');
});

describe('another process', () => {
  test('begins again when the registry refused the whole of it', async () => {
    const { store, writer, kept } = await theStore();
    const other = fromMemory(Buffer.alloc(2_500, 'x'));
    expect(await errorOf(writer.upload(app, blob, other))).toMatchObject({ status: 400 });
    const next = fromMemory(bytes, { resume: other.states.at(-1) });
    await aWriter({ url: store.url }).upload(app, blob, next);
    expect(next.reads).toEqual([0, 1000, 2000]);
    expect(kept()).toEqual(bytes);
  });

  test('continues after the last chunk that was kept', async () => {
    const { store, writer, kept } = await theStore();
    const gone = new AbortController();
    const options = fromMemory(bytes, {
      signal: gone.signal,
      keep: async (state) => {
        options.states.push(state);
        gone.abort();
      },
    });
    expect(await kindOf(writer.upload(app, blob, options))).toBe('aborted');
    const next = fromMemory(bytes, { resume: options.states[0] });
    await aWriter({ url: store.url }).upload(app, blob, next);
    expect(next.reads).toEqual([1000, 2000]);
    expect(kept()).toEqual(bytes);
  });

  test.each(['', 'no json', '{"v":9}'])(
    'begins again with a state that it cannot read: %j',
    async (resume) => {
      const { writer, kept } = await theStore();
      await writer.upload(app, blob, fromMemory(bytes, { resume }));
      expect(kept()).toEqual(bytes);
    },
  );
});

describe('an answer', () => {
  test('of 429 pauses the registry', async () => {
    const limited = { status: 429, headers: { 'retry-after': '30' } };
    const { writer } = await theStore({ script: at('PATCH', 1, limited)() });
    const refusal = await errorOf(writer.upload(app, blob, fromMemory(bytes)));
    expect(refusal).toMatchObject({ kind: 'rate_limited', notBefore: expect.any(Number) });
    expect(await kindOf(writer.hasBlob(app, blob.digest, new AbortController().signal))).toBe('rate_limited');
  });

  test.each([
    ['without a Location', { status: 202 }, 'server'],
    [
      'that leads to another protocol',
      { status: 202, headers: { location: 'ftp://127.0.0.1/' } },
      'redirect',
    ],
    [
      'that leads to an inner address',
      { status: 202, headers: { location: 'http://10.0.0.1/u' } },
      'redirect',
    ],
    ['that turns the push into a GET', { status: 302, headers: { location: uploads } }, 'redirect'],
    [
      'that asks for endless chunks',
      { status: 202, headers: { location: uploads, 'oci-chunk-min-length': '1e12' } },
      'limit',
    ],
  ])('%s is an error', async (_, reply, kind) => {
    const { writer } = await theStore({ script: () => reply });
    expect(await kindOf(writer.upload(app, blob, fromMemory(bytes)))).toBe(kind);
  });

  test('that moves the upload to another host gets no credentials there', async () => {
    const { store: storage } = await theStore();
    const other = await oci.serve({ script: ({ method }) => ({ status: method === 'PUT' ? 201 : 404 }) });
    const location = `http://localhost:${other.port}/upload?signed=1`;
    const { store } = await theStore({ script: () => ({ status: 202, headers: { location } }) });
    const writer = aWriter({
      url: store.url,
      auth: { bearer: 'secret' },
      trusted: { addresses: ['127.0.0.0/8', '::1'] },
    });
    await writer.upload(app, blob, fromMemory(bytes, { chunkBytes: 2_500 }));
    expect(other.requests.map(({ method, headers }) => [method, headers.authorization])).toEqual([
      ['PUT', undefined],
    ]);
    expect(storage.requests).toEqual([]);
  });
});
