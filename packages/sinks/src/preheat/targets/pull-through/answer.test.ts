import { describe, expect, test } from 'vitest';
import { aCache, PARTS, theImage } from '../../../testing/cache.js';
import { aManifestOnly, aPullThrough } from '../../../testing/targets.js';
import { aCall } from '../../../testing/warm.js';

const item = (name: keyof typeof PARTS) => {
  const { role, digest = '', size } = PARTS[name];
  return { role, digest, size };
};

describe('what a cache answers', () => {
  test('is compared with the digest', async () => {
    const cache = await aCache((response, name) => {
      if (name !== 'layer') return false;
      response.writeHead(200).end('the layer of owl');
      return true;
    });
    expect(await aPullThrough({ url: cache.base }).warm(theImage(), item('layer'), aCall())).toMatchObject({
      state: 'failed',
      reason: 'digest',
      retryable: true,
    });
  });

  test('is compared with the digest of a manifest as well', async () => {
    const cache = await aCache((response, name) => {
      if (name !== 'first') return false;
      response.writeHead(200, { 'content-type': 'application/json' }).end(PARTS.second.text);
      return true;
    });
    expect(await aPullThrough({ url: cache.base }).warm(theImage(), item('first'), aCall())).toMatchObject({
      reason: 'digest',
    });
  });

  test('for the tag may be another image, which is said', async () => {
    const cache = await aCache((response, name) => {
      if (name !== '1.0') return false;
      response.writeHead(200, { 'content-type': 'application/json' }).end(PARTS.first.text);
      return true;
    });
    expect(await aPullThrough({ url: cache.base }).warm(theImage(), item('root'), aCall())).toMatchObject({
      state: 'warmed',
      verified: false,
      detail: expect.stringContaining(PARTS.first.digest ?? ''),
    });
  });

  test.each([
    [
      404,
      { reason: 'absent', retryable: true, detail: expect.stringMatching(/is its upstream the registry/) },
    ],
    [403, { reason: 'http_403', retryable: true, detail: expect.stringMatching(/check the credentials/) }],
    [500, { reason: 'http_500', retryable: true, detail: expect.stringMatching(/see the cache’s log/) }],
  ])('by %i is a failure', async (status, expected) => {
    const cache = await aCache((response) => {
      response.writeHead(status).end();
      return true;
    });
    expect(await aPullThrough({ url: cache.base }).warm(theImage(), item('layer'), aCall())).toMatchObject({
      state: 'failed',
      ...expected,
    });
  });

  test('by 429 tells when to come again', async () => {
    const cache = await aCache((response) => {
      response.writeHead(429, { 'retry-after': '30' }).end();
      return true;
    });
    const before = Date.now();
    const result = await aPullThrough({ url: cache.base }).warm(theImage(), item('layer'), aCall());
    expect(result).toMatchObject({ reason: 'http_429', notBefore: expect.any(Number) });
    expect('notBefore' in result && result.notBefore).toBeGreaterThanOrEqual(before + 30_000);
  });

  test('by trouble of its own ends a walk over the manifests, one missing manifest does not', async () => {
    const missing = await aCache((response, name) => {
      if (name === 'first') response.writeHead(404).end();
      return name === 'first';
    });
    const partly = await aManifestOnly({ url: missing.base }).warm(theImage(), aCall());
    if (partly.state !== 'settled') throw new Error(partly.state);
    expect(partly.items.get(item('first').digest)).toMatchObject({ reason: 'absent' });
    expect(partly.items.get(item('root').digest)).toMatchObject({ state: 'warmed' });
    const closed = await aCache((response) => {
      response.writeHead(403).end();
      return true;
    });
    expect(await aManifestOnly({ url: closed.base }).warm(theImage(), aCall())).toMatchObject({
      state: 'failed',
      reason: 'http_403',
    });
    expect(closed.requests).toHaveLength(1);
  });
});
