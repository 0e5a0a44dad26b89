/** A push ends in the second registry: real registries, real clients, the command as its users run it. */
import { eventually, freePort, hasTool, oci, skopeo, startRegistry } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { preheatConfig, pushOf, relayWith } from './preheat.js';
import { envelope, type Settings, startRelay, startRelayProcess, workFolder } from './relay.js';

const SLOW_MS = 240_000;
const app = 'acme/app';

/** Settings of an endpoint that copies from one registry to another. */
const follow = (from: string, to: string, more: Settings = {}): Settings => ({
  ...{ name: 'follow', kind: 'copy', backoff: '50ms', maxbackoff: '200ms' },
  copy: { registry: { url: from }, target: { url: to }, ...more },
});

describe.runIf(hasTool('docker-registry') && hasTool('skopeo'))('two real registries', () => {
  test(
    'what skopeo pushes is in the second one under the same digest, and is pulled from there without the first',
    async () => {
      const listen = `127.0.0.1:${await freePort()}`;
      const url = `http://${listen}/registry/notifications`;
      const notify = { name: 'longshore', url, timeout: '5s', threshold: 3, backoff: '1s' };
      const staging = await startRegistry();
      const image = oci.image({ layers: ['one', 'x'.repeat(50_000)] });
      await oci.push(
        staging.url,
        app,
        oci.index([
          image,
          oci.image({ platform: { os: 'linux', architecture: 'arm64' } }),
          oci.attestation(image),
        ]),
        '2.0',
      );
      const [first, second] = [await startRegistry({ endpoints: [notify] }), await startRegistry()];
      const { relay } = await relayWith([follow(first.url, second.url)], { ingest: { listen } });
      const at = ({ host }: { host: string }) => `docker://${host}/${app}:2.0`;
      await skopeo('copy', '--all', at(staging), at(first));
      const digestAt = async ({ url }: { url: string }) => {
        const headers = { accept: 'application/vnd.oci.image.index.v1+json' };
        const response = await fetch(`${url}/v2/${app}/manifests/2.0`, { headers });
        return response.headers.get('docker-content-digest');
      };
      const digest = await digestAt(first);
      expect(await relay.waitFor('copy.finished', { timeout: 90_000 })).toMatchObject({
        ...{ level: 'info', result: 'succeeded', failed: 0, repository: app, digest },
      });
      expect(await digestAt(second)).toBe(digest);
      await first.stop();
      await skopeo('copy', '--all', at(second), `dir:${await workFolder()}`);
    },
    SLOW_MS,
  );
});

describe('a worker that is killed', () => {
  test(
    'in the middle of a large layer is continued at the end of a chunk by another one',
    async () => {
      const layer = Buffer.alloc(40 * 2 ** 20, 'layer');
      const image = oci.image({ layers: [layer] });
      let patches = 0;
      const [source, target] = [
        await oci.store(),
        await oci.store({
          script: ({ method }) => (method === 'PATCH' && ++patches === 2 ? 'hang' : undefined),
        }),
      ];
      source.has(app, image, '1.0');
      const { file } = await preheatConfig([follow(source.url, target.url)]);
      const relay = await startRelayProcess(file);
      await relay.post(envelope(pushOf(source.url, app, image, { tag: '1.0' })));
      await eventually(() => patches === 2, undefined, { timeout: 90_000 });
      await relay.crash();
      const next = await startRelay(file);
      expect(await next.waitFor('copy.finished', { timeout: 90_000 })).toMatchObject({ result: 'succeeded' });
      expect(target.tag(app, '1.0')).toBe(image.digest);
      const begun = target.requests.filter((request) => request.startsWith('POST')).length;
      expect({ begun, patches }).toEqual({ begun: image.parts.length, patches: 3 });
      expect(await next.waitFor('delivery.attempted')).toMatchObject({ attempt: 1 });
    },
    SLOW_MS,
  );
});

test('pushes that Longshore itself made are not copied on, unless chain is set', async () => {
  const [source, target] = [await oci.store(), await oci.store()];
  const image = oci.image();
  source.has(app, image, '1.0');
  const chained = { ...follow(source.url, target.url, { chain: true }), name: 'chained' };
  const { relay } = await relayWith([follow(source.url, target.url), chained]);
  const push = pushOf(source.url, app, image, { tag: '1.0' }) as { request: object };
  const request = { ...push.request, useragent: 'longshore/1.2.3' };
  await relay.post(envelope({ ...push, request }));
  expect(await relay.waitFor('copy.finished')).toMatchObject({ endpoint: 'chained' });
  expect(await relay.waitFor('event.received')).toMatchObject({ ignored: 1, enqueued: 1 });
});
