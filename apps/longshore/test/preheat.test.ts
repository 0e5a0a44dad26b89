/** A push ends in a warm cache: real registries, real clients, the command as its users run it. */
import { eventually, freePort, hasTool, pushImage, skopeo, startRegistry } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { registryAndMirror, relayWith, warmEndpoint } from './preheat.js';
import { workFolder } from './relay.js';

const SLOW_MS = 120_000;

describe.runIf(hasTool('docker-registry') && hasTool('skopeo'))('a real registry and a real cache', () => {
  test.each(['get', 'head'])(
    'an image pushed by skopeo is warm, with every platform, its configs and its tag, without its origin (%s)',
    async (method) => {
      const port = await freePort();
      const listen = `127.0.0.1:${port}`;
      const notify = {
        name: 'longshore',
        url: `http://${listen}/registry/notifications`,
        timeout: '5s',
        threshold: 3,
        backoff: '1s',
      };
      const source = await startRegistry();
      await pushImage(source.url, 'acme/app', '2.0', {
        schema: 'index',
        layers: ['one', 'two', 'x'.repeat(50_000)],
      });
      const { origin, mirror } = await registryAndMirror([notify]);
      const targets = [{ name: 'mirror', kind: 'pull-through', url: mirror.url, method }];
      const { relay } = await relayWith([warmEndpoint({ registry: { url: origin.url }, targets })], {
        ingest: { listen },
      });
      await skopeo(
        'copy',
        '--all',
        `docker://${source.host}/acme/app:2.0`,
        `docker://${origin.host}/acme/app:2.0`,
      );
      const done = await relay.waitFor((line) => line.record === 'preheat.finished' && line.tag === '2.0', {
        timeout: 90_000,
      });
      expect(done).toMatchObject({ level: 'info', result: 'succeeded', failed: 0, repository: 'acme/app' });
      const wanted = await origin.blobs('acme/app');
      await eventually(
        () => mirror.blobs('acme/app'),
        (stored) => wanted.every((digest) => stored.includes(digest)),
      );
      await origin.stop();
      const copy = `dir:${await workFolder()}`;
      await skopeo('copy', '--all', `docker://${mirror.host}/acme/app:2.0`, copy);
    },
    SLOW_MS,
  );
});
