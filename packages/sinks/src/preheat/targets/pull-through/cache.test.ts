import { describe, expect, test } from 'vitest';
import { aCache, PARTS, theImage } from '../../../testing/cache.js';
import { receiver } from '../../../testing/receiver.js';
import { aManifestOnly, aPullThrough } from '../../../testing/targets.js';
import { aCall, aDigest } from '../../../testing/warm.js';
import type { BlobTarget, WarmImage, Warmth } from '../target.js';

const item = (name: keyof typeof PARTS) => {
  const { role, digest = '', size } = PARTS[name];
  return { role, digest, size };
};

/** All items one by one, in the target's order. */
async function warmAll(target: BlobTarget, image: WarmImage = theImage()): Promise<Warmth[]> {
  const warmths: Warmth[] = [];
  for (const one of target.stages(image).flat()) warmths.push(await target.warm(image, one, aCall()));
  return warmths;
}

describe('the order', () => {
  test('is blobs, manifests, inner indexes, the root, and its tag last', async () => {
    const cache = await aCache();
    await warmAll(aPullThrough({ url: cache.base }));
    expect(cache.asked()).toEqual([
      'GET config',
      'GET other',
      'GET layer',
      'GET first',
      'GET second',
      'GET inner',
      'GET root',
      'GET 1.0',
    ]);
  });

  test('lets the parts of one stage run at once, and the root of a single image stand alone', () => {
    const target = aPullThrough({ url: 'http://127.0.0.1:1' });
    const single = theImage({
      digest: item('first').digest,
      items: [item('first'), item('config'), item('layer')],
    });
    expect(target.stages(single)).toEqual([[item('config'), item('layer')], [item('first')]]);
    expect(target.stages(theImage()).map((stage) => stage.length)).toEqual([3, 2, 1, 1]);
  });

  test('has an index that is in another before that one', () => {
    const index = (character: string) => ({ role: 'index', digest: aDigest(character) }) as const;
    const nested = theImage({
      digest: aDigest('0'),
      items: [index('0'), index('1'), index('2'), index('3')],
    });
    const order = aPullThrough({ url: 'http://127.0.0.1:1' }).stages(nested);
    expect(order).toEqual(['3', '2', '1', '0'].map((character) => [index(character)]));
  });

  test('is the same by HEAD', async () => {
    const cache = await aCache();
    await warmAll(aPullThrough({ url: cache.base, method: 'head' }));
    expect(cache.asked()).toEqual(
      ['config', 'other', 'layer', 'first', 'second', 'inner', 'root', '1.0'].map((name) => `HEAD ${name}`),
    );
  });

  test('has no tag when the event had none', async () => {
    const cache = await aCache();
    const { tag: _, ...untagged } = theImage();
    await warmAll(aPullThrough({ url: cache.base }), untagged);
    expect(cache.asked()).not.toContain('GET 1.0');
  });

  test('by manifest leaves the blobs out', async () => {
    const cache = await aCache();
    await aManifestOnly({ url: cache.base }).warm(theImage(), aCall());
    expect(cache.asked()).toEqual(['GET first', 'GET second', 'GET inner', 'GET root', 'GET 1.0']);
  });
});

describe('the request', () => {
  test('is for the repository below the prefix, and without ns', async () => {
    const cache = await aCache();
    const target = aPullThrough({ url: `${cache.base}/mirror/`, prefix: '/proxy-project/' });
    await target.warm(theImage(), item('layer'), aCall());
    expect(cache.requests[0]?.url).toBe(`/mirror/v2/proxy-project/acme/app/blobs/${PARTS.layer.digest}`);
  });

  test.each([
    ['https://registry.example.com', 'registry.example.com'],
    ['https://registry.example.com:5000/', 'registry.example.com:5000'],
    ['https://registry-1.docker.io', 'docker.io'],
  ])('names the registry %s in ns when that is wanted', async (registry, ns) => {
    const cache = await aCache();
    const target = aPullThrough({ url: cache.base, ns: true });
    await target.warm(theImage({ registry }), item('layer'), aCall());
    expect(new URL(cache.requests[0]?.url ?? '', cache.base).searchParams.get('ns')).toBe(ns);
  });

  test('has the target’s credentials, and never a token of the upstream', async () => {
    const cache = await aCache();
    let asked = 0;
    const image = theImage({
      registryAuthorization: async () => {
        asked++;
        return 'Bearer upstream';
      },
    });
    const auth = { basic: { me: () => 'secret' } };
    await aPullThrough({ url: cache.base, auth }).warm(image, item('layer'), aCall());
    const authorizations = cache.requests.map(({ headers }) => headers.authorization);
    expect(new Set(authorizations)).not.toContain('Bearer upstream');
    expect(asked).toBe(0);
  });

  test('has a secret as it is now', async () => {
    const cache = await aCache();
    let token = 'first-token';
    const target = aPullThrough({ url: cache.base, auth: { bearer: () => token } });
    await target.warm(theImage(), item('layer'), aCall());
    token = 'second-token';
    await target.warm(theImage(), item('layer'), aCall());
    expect(cache.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first-token',
      'Bearer second-token',
    ]);
  });

  test('is not made when a secret cannot be had', async () => {
    const cache = await aCache();
    const bearer = () => {
      throw new Error('file:/run/token cannot be read');
    };
    expect(
      await aPullThrough({ url: cache.base, auth: { bearer } }).warm(theImage(), item('layer'), aCall()),
    ).toMatchObject({
      reason: 'credentials',
      retryable: true,
      detail: expect.stringContaining('file:/run/token'),
    });
    expect(cache.requests).toEqual([]);
  });
});

describe('a cache that leads elsewhere', () => {
  const auth = { basic: { warmer: 's3cret' } };
  const root = item('root');

  /** A cache that wants a token of a server at another name, as one behind an internal name does. */
  async function withTokens() {
    const tokens = await receiver((response) => response.end(JSON.stringify({ token: 'issued' })));
    const realm = `http://localhost:${tokens.port}/token`;
    const cache = await aCache((response, _, { headers }) => {
      if (headers.authorization === 'Bearer issued') return false;
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="cache"` }).end();
      return true;
    });
    return { tokens, cache, host: `localhost:${tokens.port}` };
  }

  test('for a token is followed to a host of realms only', async () => {
    const { tokens, cache, host } = await withTokens();
    const refused = await aPullThrough({ url: cache.base, auth }).warm(theImage(), root, aCall());
    expect(refused).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('add it to the target’s realms'),
    });
    expect(tokens.requests).toEqual([]);
    const target = aPullThrough({ url: cache.base, auth, realms: [host] });
    expect(await target.warm(theImage(), root, aCall())).toMatchObject({ state: 'warmed' });
  });

  test('for a blob is followed to public addresses and those of addresses only', async () => {
    const storage = await aCache();
    const cache = await aCache((response, name, { url }) => {
      if (name !== 'layer') return false;
      response.writeHead(307, { location: `http://localhost:${storage.port}${url}` }).end();
      return true;
    });
    const refused = await aPullThrough({ url: cache.base }).warm(theImage(), item('layer'), aCall());
    expect(refused).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('add it to the target’s addresses'),
    });
    expect(storage.requests).toEqual([]);
    const target = aPullThrough({ url: cache.base, addresses: ['127.0.0.0/8', '::1'] });
    expect(await target.warm(theImage(), item('layer'), aCall())).not.toMatchObject({ state: 'failed' });
    expect(storage.requests).not.toEqual([]);
  });
});
