/** Registries that lie, flood or lead astray: each ends with its reason, and nothing of it hangs or gets through. */
import { startReceiver } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { pushOf, relayWith, warmEndpoint } from './preheat.js';
import { envelope } from './relay.js';
import {
  anImage,
  anIndex,
  type Image,
  INDEX,
  MANIFEST,
  part,
  scriptedRegistry,
} from './scripted-registry.js';

const SLOW_MS = 120_000;

/** Pushes an image whose registry does as `script` says, and waits for the end. */
async function ended(
  image: Image,
  {
    script,
    mirror: mirrors,
  }: { script?: Parameters<typeof origin.otherwise>[0]; mirror?: typeof script } = {},
) {
  const mirror = await scriptedRegistry();
  mirror.has(image, '1.0');
  origin = await scriptedRegistry();
  origin.has(image, '1.0');
  if (script) origin.otherwise(script);
  if (mirrors) mirror.otherwise(mirrors);
  const targets = [{ name: 'mirror', kind: 'pull-through', url: mirror.url }];
  const { relay } = await relayWith([
    warmEndpoint({ registry: { url: origin.url }, targets }, { threshold: 2 }),
  ]);
  await relay.post(envelope(pushOf(origin.url, 'team/api', image.root, { tag: '1.0' })));
  const settled = await relay.waitFor('delivery.settled');
  return { settled, origin, mirror, relay };
}
let origin: Awaited<ReturnType<typeof scriptedRegistry>>;

describe('a manifest', () => {
  test(
    'of 5 MiB is not read to its end, and the image is given up at once',
    async () => {
      const image = anImage(['a']);
      const large = part(MANIFEST, Buffer.alloc(5 * 2 ** 20, ' '));
      const { settled, mirror } = await ended({ root: large, parts: [large, ...image.parts] });
      expect(settled).toMatchObject({ outcome: 'dead', attempts: 1, reason: 'manifest' });
      expect(settled.detail).toMatch(/4.*MiB|4194304|larger|limit/i);
      expect(mirror.requests).toHaveLength(0);
    },
    SLOW_MS,
  );

  test(
    'that points to 600 manifests is given up at once',
    async () => {
      const images = Array.from({ length: 600 }, (_, n) => anImage([], { n }));
      const { settled, mirror } = await ended(anIndex(images));
      expect(settled).toMatchObject({ outcome: 'dead', attempts: 1, reason: 'manifest' });
      expect(settled.detail).toContain('500');
      expect(mirror.requests).toHaveLength(0);
    },
    SLOW_MS,
  );

  test(
    'whose bytes have another digest is not believed',
    async () => {
      const [image, other] = [anImage(['a']), anImage(['b'])];
      const { settled, mirror } = await ended(image, {
        script: (path) =>
          path.startsWith('manifests/')
            ? { headers: { 'content-type': MANIFEST }, body: other.root.body }
            : undefined,
      });
      expect(settled).toMatchObject({ outcome: 'dead', attempts: 2, reason: 'manifest' });
      expect(settled.detail).toMatch(/requested sha256:[\da-f]{64}, received sha256:/);
      expect(mirror.requests).toHaveLength(0);
    },
    SLOW_MS,
  );

  test(
    'that is both an index and an image is given up',
    async () => {
      const both = part(INDEX, { schemaVersion: 2, manifests: [], layers: [], config: {} });
      const { settled } = await ended({ root: both, parts: [both] });
      expect(settled).toMatchObject({ outcome: 'dead', attempts: 1, reason: 'manifest' });
    },
    SLOW_MS,
  );
});

describe('a redirect to the metadata service', () => {
  const elsewhere = { status: 307, headers: { location: 'http://169.254.169.254/latest/meta-data/' } };

  test(
    'of a manifest is not followed',
    async () => {
      const { settled } = await ended(anImage(['a']), { script: () => elsewhere });
      expect(settled).toMatchObject({ outcome: 'dead', attempts: 1 });
      expect(settled.detail).toContain('169.254.169.254');
    },
    SLOW_MS,
  );

  test(
    'of a blob in the cache is not followed',
    async () => {
      const { settled } = await ended(anImage(['a']), {
        mirror: (path) => (path.startsWith('blobs/') ? elsewhere : undefined),
      });
      expect(settled).toMatchObject({ outcome: 'dead', reason: expect.stringMatching(/partial|failed/) });
      expect(settled.detail).toContain('169.254.169.254');
    },
    SLOW_MS,
  );
});

test(
  'a registry on this machine that only the event names is not asked',
  async () => {
    const trap = await startReceiver();
    const image = anImage(['a']);
    const targets = [{ name: 'mirror', kind: 'pull-through', url: trap.url }];
    const { relay } = await relayWith([
      warmEndpoint({ registry: { hosts: ['*'] }, targets }, { threshold: 1 }),
    ]);
    await relay.post(envelope(pushOf(trap.url, 'team/api', image.root)));
    const settled = await relay.waitFor('delivery.settled');
    expect(settled).toMatchObject({ outcome: 'dead', reason: 'url' });
    expect(trap.requests).toHaveLength(0);
  },
  SLOW_MS,
);
