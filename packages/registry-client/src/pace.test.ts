import { oci } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { aClient, errorOf, kindOf, signal } from './testing/client.js';

const app = 'acme/app';
const image = oci.image();
const layer = oci.blob('the layer', 'application/vnd.oci.image.layer.v1.tar');
const noon = Date.UTC(2026, 10, 21, 12);

describe('a registry that says no for now', () => {
  test.each([
    ['429 with seconds', 429, '30', noon + 30_000],
    ['429 with a date', 429, 'Sat, 21 Nov 2026 12:05:00 GMT', noon + 300_000],
    ['429 without a word', 429, undefined, noon + 60_000],
    ['503 with seconds', 503, '30', noon + 30_000],
    ['429 for ever', 429, '99999999', noon + 6 * 3_600_000],
  ])('%s pauses all that is asked there', async (_, status, retryAfter, until) => {
    let now = noon;
    const headers = { ...(retryAfter && { 'retry-after': retryAfter }) };
    const script = () => (now < until ? { status, headers } : undefined);
    const server = await oci.serve({ parts: [image, layer], script });
    const client = aClient({ url: server.url, now: () => now });
    const error = await errorOf(client.drain(app, layer, { signal }));
    expect(error).toMatchObject({ kind: 'rate_limited', status, notBefore: until, retryable: true });
    expect(client.rateLimit.pausedUntil).toBe(until);

    const other = await errorOf(client.manifest('acme/other', image.digest, signal));
    expect(other).toMatchObject({ kind: 'rate_limited', notBefore: until });
    expect(server.requests).toHaveLength(1);

    now = until;
    expect(client.rateLimit.pausedUntil).toBeUndefined();
    expect((await client.manifest('acme/other', image.digest, signal)).digest).toBe(image.digest);
  });

  test('503 without Retry-After is a fault and pauses nothing', async () => {
    const { url } = await oci.serve({
      parts: [image],
      script: (_, n) => (n === 1 ? { status: 503 } : undefined),
    });
    const client = aClient({ url });
    expect(await errorOf(client.manifest(app, image.digest, signal))).toMatchObject({
      kind: 'server',
      retryable: true,
    });
    expect(await client.manifest(app, image.digest, signal)).toBeDefined();
  });

  test('a shorter pause does not end a longer one', async () => {
    const waits = ['300', '30'];
    const { url } = await oci.serve({
      script: (_, n) => ({ status: 429, headers: { 'retry-after': waits[n - 1] }, delay: n * 50 }),
    });
    const client = aClient({ url, now: () => noon });
    await Promise.all([1, 2].map(() => kindOf(client.manifest(app, image.digest, signal))));
    expect(client.rateLimit.pausedUntil).toBe(noon + 300_000);
  });

  test.each([
    [429, {}],
    [429, { 'retry-after': '7200' }],
    [503, { 'retry-after': '7200' }],
  ])('storage that answers %d %j is no pause of the registry', async (status, headers) => {
    const storage = await oci.serve({ script: () => ({ status, headers }) });
    const script = ({ url }: { url: string }) =>
      url.includes('/blobs/') ? { status: 307, headers: { location: storage.url } } : undefined;
    const { url } = await oci.serve({ parts: [image], script });
    const client = aClient({ url, trusted: { addresses: ['127.0.0.1'] }, now: () => noon });
    const error = await errorOf(client.drain(app, layer, { signal }));
    expect(error).toMatchObject({ kind: 'server', status, retryable: true });
    expect(error.notBefore).toBe('retry-after' in headers ? noon + 7_200_000 : undefined);
    expect(error.message).toContain(`, at 127.0.0.1:${storage.port}: answered ${status}`);
    expect(client.rateLimit).toEqual({});
    expect(await client.manifest(app, image.digest, signal)).toBeDefined();
  });

  test('a token server at another origin is paused by itself: known tokens still work', async () => {
    let busy = false;
    const tokens = oci.tokens();
    const answer: typeof tokens.answer = (request) =>
      busy ? { status: 503, headers: { 'retry-after': '30' } } : tokens.answer(request);
    const server = await oci.serve({ tokens: { ...tokens, answer } });
    const realm = `${server.url}/token`;
    const { url } = await oci.serve({ parts: [image], tokens, realm });
    const client = aClient({ url, trusted: { addresses: ['127.0.0.1'] }, now: () => noon });
    await client.manifest(app, image.digest, signal);
    busy = true;
    const error = await errorOf(client.manifest('acme/other', image.digest, signal));
    expect(error).toMatchObject({ kind: 'rate_limited', notBefore: noon + 30_000 });
    expect(await kindOf(client.manifest('acme/third', image.digest, signal))).toBe('rate_limited');
    expect(server.requests).toHaveLength(2);
    expect(client.rateLimit).toEqual({});
    expect(await client.manifest(app, image.digest, signal)).toBeDefined();
  });

  test('a token server at the registry’s own origin speaks for the registry', async () => {
    const busy = { status: 503, headers: { 'retry-after': '30' } };
    const script = ({ url }: { url: string }) => (url.startsWith('/token') ? busy : undefined);
    const { url } = await oci.serve({ tokens: oci.tokens(), script });
    const client = aClient({ url, now: () => noon });
    expect(await kindOf(client.manifest(app, image.digest, signal))).toBe('rate_limited');
    expect(client.rateLimit.pausedUntil).toBe(noon + 30_000);
  });

  test.each(['0', '0.0', 'Sat, 21 Nov 2026 11:00:00 GMT'])(
    'Retry-After: %s pauses for a second, and longer each time while nothing else is answered',
    async (retryAfter) => {
      let now = noon;
      let limited = true;
      const headers = { 'retry-after': retryAfter };
      const script = () => (limited ? { status: 429, headers } : undefined);
      const client = aClient({ url: (await oci.serve({ parts: [image], script })).url, now: () => now });
      const pause = async () => {
        const { notBefore = 0 } = await errorOf(client.manifest(app, image.digest, signal));
        const length = notBefore - now;
        now = notBefore;
        return length;
      };
      const pauses: number[] = [];
      for (let n = 0; n < 8; n++) pauses.push(await pause());
      expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000));
      limited = false;
      await client.manifest(app, image.digest, signal);
      limited = true;
      expect(await pause()).toBe(1000);
    },
  );

  test('503 with Retry-After: 0 is a fault and pauses nothing', async () => {
    const { url } = await oci.serve({ script: () => ({ status: 503, headers: { 'retry-after': '0' } }) });
    const client = aClient({ url, now: () => noon });
    expect(await kindOf(client.manifest(app, image.digest, signal))).toBe('server');
    expect(client.rateLimit).toEqual({});
  });
});

describe('manifest requests that are counted', () => {
  const counting = (remaining: number) => () => ({
    ...Object(oci.found(image)),
    headers: { 'ratelimit-limit': '200;w=21600', 'ratelimit-remaining': `${remaining};w=21600` },
  });

  test('are known from the answers', async () => {
    const { url } = await oci.serve({ script: counting(76) });
    const client = aClient({ url });
    expect(client.rateLimit).toEqual({});
    await client.manifest(app, image.digest, signal);
    expect(client.rateLimit).toEqual({ limit: 200, remaining: 76 });
  });

  test('are left to others from the reserve on, while HEAD and blobs go on', async () => {
    let now = noon;
    const server = await oci.serve({
      script: ({ url }) => (url.includes('/blobs/') ? oci.found(layer) : counting(50)()),
    });
    const client = aClient({ url: server.url, now: () => now, reserve: 50 });
    await client.manifest(app, image.digest, signal);
    // 200 in 6 hours are one in 108 s
    const error = await errorOf(client.manifest(app, image.digest, signal));
    expect(error).toMatchObject({ kind: 'rate_limited', notBefore: noon + 108_000 });
    expect(await client.resolve(app, image.digest, signal)).toBeDefined();
    expect(await client.drain(app, layer, { signal })).toBeDefined();
    now += 108_000;
    expect(await client.manifest(app, image.digest, signal)).toBeDefined();
  });
});
