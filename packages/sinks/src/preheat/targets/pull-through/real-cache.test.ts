/** Against real registries: a cache is warm when the image can be pulled from it while the origin is gone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hasTool, type PushedImage, pushImage, skopeo, startRegistry } from '@longshore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { aManifestOnly, aPullThrough } from '../../../testing/targets.js';
import { aCall } from '../../../testing/warm.js';
import type { BlobTarget, WarmImage, WarmItem, Warmth } from '../target.js';

const PROGRAMS = ['docker-registry', 'skopeo'].every(hasTool);

/** What a walk of it finds. */
function walked(origin: string, pushed: PushedImage, tag: string | undefined): WarmImage {
  const item = (role: WarmItem['role']) => (one: { digest: string; size: number; mediaType: string }) => ({
    role,
    ...one,
  });
  const { digest, size, mediaType, manifests, config, layers } = pushed;
  const root = item(manifests.length > 0 ? 'index' : 'manifest')({ digest, size, mediaType });
  return {
    repository: 'acme/app',
    ...(tag !== undefined && { tag }),
    digest,
    registry: origin,
    platforms: [],
    items: [
      root,
      ...manifests.map(item('manifest')),
      ...config.map(item('config')),
      ...layers.map(item('layer')),
    ],
  };
}

/** All items, in the target's order, each until it is settled. */
async function warmAll(cache: BlobTarget, image: WarmImage): Promise<Warmth[]> {
  const warmths: Warmth[] = [];
  for (const stage of cache.stages(image)) {
    warmths.push(...(await Promise.all(stage.map((item) => untilSettled(cache, image, item)))));
  }
  return warmths;
}

async function untilSettled(cache: BlobTarget, image: WarmImage, item: WarmItem): Promise<Warmth> {
  let handle: string | undefined;
  for (;;) {
    const warmth = await cache.warm(image, item, { ...aCall(), handle });
    if (warmth.state !== 'pending') return warmth;
    handle = warmth.handle;
    await pause(Math.max(0, warmth.pollAt - Date.now()));
  }
}

/** Stands before a registry and cuts off the first answers to a GET of a blob, in the middle. */
async function cutting(origin: string, times: number): Promise<string> {
  let left = times;
  const server = createServer(async ({ method = '', url = '', headers }, response) => {
    const accept = String(headers.accept ?? '*/*');
    const answer = await fetch(origin + url, { method, headers: { accept } });
    const body = Buffer.from(await answer.arrayBuffer());
    const told = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, told);
    if (method !== 'GET' || !url.includes('/blobs/') || left-- <= 0) return void response.end(body);
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function pull(image: string, ...options: string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-pull-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await skopeo('copy', ...options, `docker://${image}`, `dir:${folder}`);
}

async function setUp(schema: 'oci' | 'docker' | 'index', tag: string | undefined) {
  const origin = await startRegistry();
  const cache = await startRegistry({ proxy: origin.url });
  const pushed = await pushImage(origin.url, 'acme/app', tag, {
    schema,
    layers: ['one', 'two'.repeat(1_000)],
  });
  return { origin, cache, image: walked(origin.url, pushed, tag) };
}

describe.skipIf(!PROGRAMS)('Distribution as a cache', () => {
  for (const method of ['get', 'head'] as const) {
    test.each(['oci', 'docker', 'index'] as const)(
      `is warm after ${method} of each part of an image (%s)`,
      async (schema) => {
        const { origin, cache, image } = await setUp(schema, '1.0');
        const warmths = await warmAll(aPullThrough({ url: cache.url, method }), image);
        const sizes = new Map(image.items.map(({ digest, size }) => [digest, size]));
        expect(warmths).toHaveLength(sizes.size);
        for (const warmth of warmths) {
          expect(warmth).toMatchObject({ state: 'warmed' });
        }
        expect(sum(warmths)).toBe([...sizes.values()].reduce<number>((total, size = 0) => total + size, 0));
        await origin.stop();
        await pull(`${cache.host}/acme/app:1.0`, '--all');
        await pull(`${cache.host}/acme/app@${image.digest}`, '--all');
      },
    );

    test(`says by ${method} what it had before`, async () => {
      const { cache, image } = await setUp('oci', '1.0');
      await warmAll(aPullThrough({ url: cache.url, method }), image);
      const again = await warmAll(aPullThrough({ url: cache.url, method }), image);
      const blobs = image.items.filter(({ role }) => role !== 'manifest').length;
      expect(again.filter(({ state }) => state === 'already')).toHaveLength(blobs);
    });
  }

  test('is not warm because it answered: what broke off on its way to it is fetched again', async () => {
    const origin = await startRegistry();
    const pushed = await pushImage(origin.url, 'acme/app', '1.0', { layers: ['one'.repeat(10_000)] });
    // 2.8.2 fetches a blob twice for one HEAD
    const cache = await startRegistry({ proxy: await cutting(origin.url, 2) });
    const image = walked(origin.url, pushed, '1.0');
    const [layer] = image.items.filter(({ role }) => role === 'layer');
    if (!layer) throw new Error('the image has a layer');
    const warmth = await untilSettled(aPullThrough({ url: cache.url, method: 'head' }), image, layer);
    expect(warmth).toMatchObject({ state: 'warmed', verified: true });
    await origin.stop();
    expect((await fetch(`${cache.url}/v2/acme/app/blobs/${layer.digest}`)).status).toBe(200);
  });

  test('is cold without it: the same pull fails', async () => {
    const { origin, cache } = await setUp('oci', '1.0');
    await origin.stop();
    await expect(pull(`${cache.host}/acme/app:1.0`)).rejects.toThrow();
  });

  test('does not know a tag that the event did not have', async () => {
    const { origin, cache, image } = await setUp('oci', '1.0');
    const { tag: _, ...untagged } = image;
    await warmAll(aPullThrough({ url: cache.url }), untagged);
    await origin.stop();
    await pull(`${cache.host}/acme/app@${image.digest}`);
    await expect(pull(`${cache.host}/acme/app:1.0`)).rejects.toThrow();
  });

  test('fails what the origin does not have, and warms the rest', async () => {
    const { cache, image } = await setUp('oci', '1.0');
    const gone: WarmItem = { role: 'layer', digest: `sha256:${'e'.repeat(64)}`, size: 1 };
    const warmths = await warmAll(aPullThrough({ url: cache.url }), {
      ...image,
      items: [...image.items, gone],
    });
    expect(warmths.filter(({ state }) => state === 'warmed')).toHaveLength(image.items.length);
    expect(warmths.filter(({ state }) => state === 'failed')).toEqual([
      expect.objectContaining({ reason: 'absent', retryable: true }),
    ]);
  });

  test('with manifests only has the manifests, and nothing else', async () => {
    const { origin, cache, image } = await setUp('index', '1.0');
    const target = aManifestOnly({ url: cache.url });
    const result = await target.warm(image, aCall());
    if (result.state !== 'settled') throw new Error(JSON.stringify(result));
    const states = image.items.map(({ role, digest }) => [role, result.items.get(digest)?.state]);
    expect(new Set(states.map((state) => state.join(' ')))).toEqual(
      new Set(['index warmed', 'manifest warmed', 'config asked', 'layer asked']),
    );
    await origin.stop();
    const accept = image.items[0]?.mediaType ?? '';
    expect((await fetch(`${cache.url}/v2/acme/app/manifests/1.0`, { headers: { accept } })).status).toBe(200);
    const [layer] = image.items.filter(({ role }) => role === 'layer');
    expect((await fetch(`${cache.url}/v2/acme/app/blobs/${layer?.digest}`)).status).not.toBe(200);
  });
});

function sum(warmths: readonly Warmth[]): number {
  return warmths.reduce((total, warmth) => total + (('bytes' in warmth && warmth.bytes) || 0), 0);
}
