import { expect, test } from 'vitest';
import { krakenOrigin, krakenProxy, krakenTracker } from '../../../testing/kraken.js';
import { deadPort } from '../../../testing/receiver.js';
import { aKraken } from '../../../testing/targets.js';
import { aCall, aDigest, anIndex } from '../../../testing/warm.js';
import type { BlobTarget, Warmth } from '../target.js';

async function warmAll(kraken: BlobTarget): Promise<Warmth[]> {
  const image = anIndex();
  const warmths: Warmth[] = [];
  for (const item of kraken.stages(image).flat()) warmths.push(await kraken.warm(image, item, aCall()));
  return warmths;
}

test('a proxy is told of each image of an index, and tells nothing back', async () => {
  const proxy = await krakenProxy();
  expect(await warmAll(aKraken({ proxy: proxy.base }))).toEqual([
    { state: 'skipped', reason: 'index' },
    { state: 'asked' },
    { state: 'skipped', reason: 'blob' },
    { state: 'skipped', reason: 'blob' },
    { state: 'asked' },
    { state: 'skipped', reason: 'blob' },
  ]);
  expect(proxy.preheated()).toEqual([
    { repository: 'library/nginx', digest: aDigest('1') },
    { repository: 'library/nginx', digest: aDigest('4') },
  ]);
});

test('an envelope holds one event: of several a proxy may take the last only', async () => {
  const proxy = await krakenProxy();
  await warmAll(aKraken({ proxy: proxy.base }));
  expect(proxy.requests.map(({ body }) => JSON.parse(body).events.length)).toEqual([1, 1]);
});

test('an event is what a registry sends', async () => {
  const proxy = await krakenProxy();
  await warmAll(aKraken({ proxy: proxy.base }));
  const [request] = proxy.requests;
  expect(request?.headers['content-type']).toBe('application/vnd.docker.distribution.events.v1+json');
  expect(JSON.parse(request?.body ?? '').events[0]).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    action: 'push',
    target: {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      size: 11,
      digest: aDigest('1'),
      repository: 'library/nginx',
      url: `https://registry.example.com/v2/library/nginx/manifests/${aDigest('1')}`,
    },
  });
});

test('a manifest without a usable media type is announced as one that both proxies take', async () => {
  const proxy = await krakenProxy();
  const image = anIndex();
  const item = { role: 'manifest', digest: aDigest('1'), mediaType: 'application/octet-stream' } as const;
  expect(await aKraken({ proxy: proxy.base }).warm(image, item, aCall())).toEqual({ state: 'asked' });
});

test('500 of a proxy is a failure', async () => {
  const { answering, receiver } = await import('../../../testing/receiver.js');
  const proxy = await receiver(answering(500, 'parse event: no'));
  const kraken = aKraken({ proxy: `http://127.0.0.1:${proxy.port}` });
  expect((await warmAll(kraken))[1]).toMatchObject({
    reason: 'http_500',
    retryable: true,
    detail: expect.stringContaining('parse event: no'),
  });
});

test('a proxy is the last way: for a cluster whose other parts offer none', async () => {
  const proxy = await krakenProxy();
  const nothing = await krakenProxy();
  const kraken = aKraken({ origin: nothing.base, proxy: proxy.base });
  expect((await warmAll(kraken))[1]).toEqual({ state: 'asked' });
  expect(nothing.requests.map(({ url }) => url.split('/').at(-1))).toEqual([
    'locations',
    'prefetch',
    'metainfo',
  ]);
});

test('a proxy does not stand in for an origin that is only down', async () => {
  const proxy = await krakenProxy();
  const origin = `http://127.0.0.1:${await deadPort()}`;
  expect((await warmAll(aKraken({ origin, proxy: proxy.base })))[1]).toMatchObject({ reason: 'refused' });
  expect(proxy.requests).toEqual([]);
});

test('origin, tracker and proxy: the origin has the first word', async () => {
  const [origin, tracker, proxy] = [
    await krakenOrigin(),
    await krakenTracker(() => 200),
    await krakenProxy(),
  ];
  const all = { origin: origin.base, tracker: tracker.base, proxy: proxy.base };
  expect(await warmAll(aKraken(all))).toEqual(
    anIndex().items.map(() => ({ state: 'already', bytes: 4567, verified: true })),
  );
  expect([tracker.requests, proxy.requests]).toEqual([[], []]);
});
