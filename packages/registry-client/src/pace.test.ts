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

  test('storage and token server speak for the registry', async () => {
    const busy = { status: 503, headers: { 'retry-after': '30' } };
    const storage = await oci.serve({ script: () => busy });
    const redirecting = await oci.serve({
      script: () => ({ status: 307, headers: { location: storage.url } }),
    });
    const trusted = { addresses: ['127.0.0.1'] };
    const one = aClient({ url: redirecting.url, trusted, now: () => noon });
    expect(await kindOf(one.drain(app, layer, { signal }))).toBe('rate_limited');
    expect(one.rateLimit.pausedUntil).toBe(noon + 30_000);
    const script = ({ url }: { url: string }) => (url.startsWith('/token') ? busy : undefined);
    const { url } = await oci.serve({ tokens: oci.tokens(), script });
    const two = aClient({ url, now: () => noon });
    expect(await kindOf(two.manifest(app, image.digest, signal))).toBe('rate_limited');
    expect(two.rateLimit.pausedUntil).toBe(noon + 30_000);
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
