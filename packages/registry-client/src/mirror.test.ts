/** A pull-through cache is a registry with another URL: what a walk found there is warm here afterwards. */
import { eventually, oci, startRegistry } from '@longshore/testkit';
import { expect, test } from 'vitest';
import type { Registry } from './port.js';
import { aClient, errorOf, signal, walkOver } from './testing/client.js';
import type { WalkedItem } from './walk-types.js';

const app = 'acme/app';
const arm = { os: 'linux', architecture: 'arm64' };
const index = oci.index([
  oci.image({ layers: ['shared', 'amd'] }),
  oci.image({ layers: ['shared', 'arm'], platform: arm }),
]);

const blobsIn = (items: readonly WalkedItem[]) =>
  items.filter(({ role }) => role === 'config' || role === 'layer').map(({ digest }) => digest);

/** Asks for one item as what it is. */
async function warm(
  mirror: Registry,
  { role, digest, size, tag }: WalkedItem,
  method: 'GET' | 'HEAD',
): Promise<void> {
  if (role === 'config' || role === 'layer') await mirror.drain(app, { digest, size }, { signal, method });
  else if (method === 'HEAD') await mirror.resolve(app, tag ?? digest, signal);
  else await mirror.manifest(app, tag ?? digest, signal, { size });
}

test.each(['GET', 'HEAD'] as const)(
  'after %s of each item the cache has all of the image without its registry',
  async (method) => {
    const origin = await startRegistry();
    await oci.push(origin.url, app, index, '1.0');
    const cache = await startRegistry({ proxy: origin.url });
    const { items } = await walkOver(aClient({ url: origin.url }), '1.0');
    const mirror = aClient({ url: cache.url });
    for (const item of items) await warm(mirror, item, method);

    const wanted = blobsIn(items);
    await eventually(
      () => cache.blobs(app),
      (stored) => wanted.every((digest) => stored.includes(digest)),
    );
    await origin.stop();
    for (const item of items) await warm(mirror, { ...item, tag: undefined }, 'GET');
    expect((await errorOf(mirror.manifest(app, 'other', signal))).status).toBeGreaterThanOrEqual(404);
  },
);
