import { describe, expect, test } from 'vitest';
import { eventually } from './eventually.js';
import { pushImage, skopeo } from './image.js';
import { startReceiver } from './receiver.js';
import { startRegistry } from './registry.js';
import { hasTool } from './tools.js';

interface Envelope {
  events: { action: string; target: { digest: string; tag?: string; references?: unknown[] } }[];
}

describe.skipIf(!hasTool('docker-registry'))('a real registry', () => {
  test('takes images of each schema and notifies its endpoints', async () => {
    const receiver = await startReceiver();
    const endpoint = { name: 'here', url: receiver.url, timeout: '20s', threshold: 3, backoff: '1s' };
    const registry = await startRegistry({ endpoints: [endpoint], includereferences: true });
    const oci = await pushImage(registry.url, 'acme/app', 'oci', { layers: ['one', 'two'] });
    const docker = await pushImage(registry.url, 'acme/app', 'docker', { schema: 'docker' });
    const index = await pushImage(registry.url, 'acme/app', 'index', { schema: 'index' });
    expect([oci.layers.length, docker.layers.length, index.manifests.length]).toEqual([2, 1, 2]);

    const events = () => receiver.requests.flatMap((request) => request.json<Envelope>().events);
    await expect
      .poll(() =>
        events()
          .map(({ target }) => target.tag)
          .filter(Boolean),
      )
      .toEqual(['oci', 'docker', 'index']);
    const push = events().find(({ target }) => target.tag === 'oci');
    expect(push).toMatchObject({ action: 'push', target: { digest: oci.digest } });
    expect(push?.target.references).toHaveLength(3);
  });

  test('ends on request, and its log can be read', async () => {
    const registry = await startRegistry();
    expect(registry.log()).toContain('listening on');
    await registry.stop();
    await expect(fetch(registry.url)).rejects.toThrow();
    await registry.kill();
  });

  test('says why it does not start', async () => {
    const broken = startRegistry({ config: { storage: { nonsense: {} } } });
    await expect(broken).rejects.toThrow(/docker-registry ended:.*nonsense/s);
  });

  test('is a pull-through cache of another one', async () => {
    const origin = await startRegistry();
    const { digest, mediaType } = await pushImage(origin.url, 'acme/app', '1.0');
    const cache = await startRegistry({ proxy: origin.url });
    const answer = await fetch(`${cache.url}/v2/acme/app/manifests/${digest}`, {
      headers: { accept: mediaType },
    });
    expect(answer.status).toBe(200);
  });

  test('says which blobs it has stored', async () => {
    const origin = await startRegistry();
    const { layers } = await pushImage(origin.url, 'acme/app', '1.0');
    const cache = await startRegistry({ proxy: origin.url });
    expect(await cache.blobs('acme/app')).toEqual([]);
    const [digest = ''] = layers.map((layer) => layer.digest);
    const get = async () => (await fetch(`${cache.url}/v2/acme/app/blobs/${digest}`)).text();
    expect(await get()).toBe('a layer');
    await eventually(
      () => cache.blobs('acme/app'),
      (stored) => stored.includes(digest),
    );
    await origin.stop();
    expect(await get()).toBe('a layer');
  });

  test.skipIf(!hasTool('skopeo'))('serves skopeo', async () => {
    const registry = await startRegistry();
    const { digest } = await pushImage(registry.url, 'acme/app', '1.0');
    await skopeo('copy', `docker://${registry.host}/acme/app:1.0`, `docker://${registry.host}/acme/app:2.0`);
    expect(JSON.parse(await skopeo('inspect', `docker://${registry.host}/acme/app:2.0`))).toMatchObject({
      Digest: digest,
    });
  });
});
