import { describe, expect, test } from 'vitest';
import { aCache, PARTS, theImage } from '../../../testing/cache.js';
import { aPullThrough } from '../../../testing/targets.js';
import { aCall } from '../../../testing/warm.js';

const { role, digest, size, text } = PARTS.layer;
const layer = { role, digest, size };

/** A cache as Distribution is one; `serves` says how it answers each request, and the last one for good. */
async function distribution(...serves: ('fetched' | 'kept' | 'range' | number)[]) {
  const ranges: (string | undefined)[] = [];
  const cache = await aCache((response, _, { method, headers }, nth) => {
    const how = serves[Math.min(nth, serves.length) - 1];
    ranges.push(headers.range?.toString());
    const common = { 'docker-distribution-api-version': 'registry/2.0', 'docker-content-digest': digest };
    if (typeof how === 'number') response.writeHead(how).end();
    else if (how === 'range') response.writeHead(206, { ...common, 'content-length': 1 }).end('x');
    else {
      const kept = how === 'kept' && { 'accept-ranges': 'bytes' };
      response.writeHead(200, { ...common, ...kept, 'content-length': size });
      response.end(method === 'HEAD' ? undefined : text);
    }
    return true;
  });
  return { cache, ranges };
}

/** The next look is due. */
const due = (handle: string): string => JSON.stringify({ ...JSON.parse(handle), at: 0 });

const settled = (url: string, method: 'get' | 'head') => settledAt(aPullThrough({ url, method }));

/** Calls until it is settled, without the waits. */
async function settledAt(target: ReturnType<typeof aPullThrough>) {
  let handle: string | undefined;
  for (;;) {
    const warmth = await target.warm(theImage(), layer, { ...aCall(), handle });
    if (warmth.state !== 'pending') return warmth;
    handle = due(warmth.handle);
  }
}

describe('a blob that the cache fetched to answer', () => {
  test.each(['get', 'head'] as const)(
    'is looked at by HEAD after a %s, until the cache has it',
    async (method) => {
      const { cache } = await distribution('fetched', 'fetched', 'kept');
      expect(await settled(cache.base, method)).toEqual({ state: 'warmed', bytes: size, verified: true });
      expect(cache.asked()).toEqual([`${method.toUpperCase()} layer`, 'HEAD layer', 'HEAD layer']);
    },
  );

  test('is not looked at before its time', async () => {
    const { cache } = await distribution('fetched');
    const target = aPullThrough({ url: cache.base });
    const first = await target.warm(theImage(), layer, aCall());
    if (first.state !== 'pending') throw new Error(first.state);
    expect(await target.warm(theImage(), layer, { ...aCall(), handle: first.handle })).toEqual(first);
    expect(cache.asked()).toEqual(['GET layer', 'HEAD layer']);
  });

  test('and does not keep is a failure that says so', async () => {
    const { cache } = await distribution('fetched');
    expect(await settled(cache.base, 'head')).toMatchObject({
      state: 'failed',
      reason: 'incomplete',
      retryable: true,
      detail: expect.stringMatching(/does not keep it; see its log, its disk space/),
    });
  });

  test('is believed where no blob ever shows whose it is, and then without a look', async () => {
    const { cache } = await distribution('fetched');
    const target = aPullThrough({ url: cache.base });
    const first = await settledAt(target);
    expect(first).toEqual({ state: 'warmed', bytes: size, verified: false });
    const looks = cache.asked().length;
    expect(await settledAt(target)).toMatchObject({ state: 'warmed' });
    expect(cache.asked().slice(looks)).toEqual(['GET layer']);
  });

  test('is not believed where another one showed it', async () => {
    const { cache } = await distribution('kept', 'fetched');
    const target = aPullThrough({ url: cache.base });
    expect(await settledAt(target)).toMatchObject({ state: 'already' });
    expect(await settledAt(target)).toMatchObject({ state: 'failed', reason: 'incomplete' });
  });

  test('is warm when the cache has its first byte, whatever a proxy hides', async () => {
    const { cache, ranges } = await distribution(...Array(6).fill('fetched'), 'range');
    expect(await settled(cache.base, 'get')).toMatchObject({ state: 'warmed', verified: true });
    expect(ranges.at(-1)).toBe('bytes=0-0');
  });

  test.each([404, 405, 403, 400, 501])(
    'is waited for where HEAD does not know it yet (%d)',
    async (status) => {
      const { cache } = await distribution('fetched', status, 'kept');
      expect(await settled(cache.base, 'get')).toMatchObject({ state: 'warmed', verified: true });
    },
  );
});

test.each([
  ['get', { bytes: size }],
  ['head', {}],
] as const)('a blob that the cache had before is already warm, by %s', async (method, moved) => {
  const { cache } = await distribution('kept');
  expect(await settled(cache.base, method)).toEqual({ state: 'already', ...moved, verified: true });
});

test.each(['get', 'head'] as const)('a cache that does not tell is believed, by %s', async (method) => {
  const cache = await aCache();
  expect(await settled(cache.base, method)).toMatchObject({ state: 'warmed', bytes: size });
  expect(cache.asked()).toHaveLength(1);
});

test('a call that is given up between answer and look is nobody’s failure', async () => {
  const stop = new AbortController();
  const cache = await aCache((response, _, { method }) => {
    response.writeHead(200, { 'docker-distribution-api-version': 'registry/2.0', 'content-length': size });
    response.end(method === 'HEAD' ? undefined : text, () => stop.abort());
    return true;
  });
  const target = aPullThrough({ url: cache.base });
  const call = { signal: stop.signal };
  expect(await target.warm(theImage(), layer, call)).toEqual({ state: 'aborted' });
  expect(cache.asked()).toEqual(['GET layer']);
});

test('a handle that cannot be read begins anew', async () => {
  const { cache } = await distribution('kept');
  const target = aPullThrough({ url: cache.base });
  expect(await target.warm(theImage(), layer, { ...aCall(), handle: 'nonsense' })).toMatchObject({
    state: 'already',
  });
});
