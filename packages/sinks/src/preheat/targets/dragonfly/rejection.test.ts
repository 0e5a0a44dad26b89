import { describe, expect, test } from 'vitest';
import { dragonflyManager, type ManagerScript } from '../../../testing/dragonfly.js';
import { aDragonfly } from '../../../testing/targets.js';
import { aCall, aDigest, anIndex, pendingOf, StandingClock } from '../../../testing/warm.js';

/** What a manager that refuses every job comes to, for the first image. */
async function refusal(refuse: ManagerScript['refuse']) {
  const manager = await dragonflyManager({ refuse });
  const result = await aDragonfly({ url: manager.base }).warm(anIndex(), aCall());
  if (result.state !== 'settled') return result;
  return result.items.get(aDigest('1'));
}

describe('a manager that begins no job', () => {
  test.each([
    [401, { message: 'unauthorized' }, { reason: 'http_401', retryable: true }],
    [403, { message: 'token is inactive' }, { reason: 'http_403', retryable: true }],
    [422, { errors: 'Key: PreheatArgs.Count lte' }, { reason: 'http_422', retryable: false }],
    [
      500,
      { message: 'no matching manifest for platform linux/amd64' },
      { reason: 'platform', retryable: false },
    ],
    [500, { message: 'unauthorized: authentication required' }, { reason: 'credentials', retryable: true }],
    [
      500,
      { message: 'denied: requested access to the resource is denied' },
      { reason: 'credentials', retryable: true },
    ],
    [500, { message: 'unauthorized' }, { reason: 'credentials', retryable: true }],
    [500, { message: 'manifest unknown: manifest unknown' }, { reason: 'absent', retryable: true }],
    [500, { message: 'ip 127.0.0.1 is invalid' }, { reason: 'http_500', retryable: true }],
    [302, '', { reason: 'http_302', retryable: true }],
    [200, '<html>', { reason: 'answer', retryable: true }],
  ])('by %i %j', async (status, body, expected) => {
    const failed = await refusal(() => [status, body]);
    expect(failed).toMatchObject({ state: 'failed', ...expected });
    const [words = ''] = typeof body === 'object' ? Object.values(body) : [];
    expect(failed).toMatchObject({ detail: expect.stringContaining(words) });
  });

  test('by 429 is asked again after its rate limit', async () => {
    const manager = await dragonflyManager({ refuse: () => [429, { message: 'rate limit exceeded' }] });
    const clock = new StandingClock();
    expect(await aDragonfly({ url: manager.base }, clock).warm(anIndex(), aCall())).toMatchObject({
      state: 'failed',
      reason: 'http_429',
      retryable: true,
      notBefore: clock.at + 1_000,
    });
  });

  test('by 429 with Retry-After is asked again then', async () => {
    const manager = await dragonflyManager({ refuse: () => [429, '', { 'retry-after': '120' }] });
    const clock = new StandingClock();
    expect(await aDragonfly({ url: manager.base }, clock).warm(anIndex(), aCall())).toMatchObject({
      notBefore: clock.at + 120_000,
    });
  });

  test('with a wrong token is told so once', async () => {
    const manager = await dragonflyManager();
    const dragonfly = aDragonfly({ url: manager.base, token: () => 'another' });
    expect(await dragonfly.warm(anIndex(), aCall())).toMatchObject({ state: 'failed', reason: 'http_401' });
    expect(manager.requests).toHaveLength(1);
  });
});

describe('a refusal in between', () => {
  test('of one platform does not stop the others', async () => {
    const manager = await dragonflyManager({
      refuse: ({ platform }) =>
        platform === 'linux/amd64' ? [500, { message: 'no matching manifest for platform' }] : undefined,
      look: () => ({ state: 'SUCCESS' }),
    });
    const dragonfly = aDragonfly({ url: manager.base });
    const begun = pendingOf(await dragonfly.warm(anIndex(), aCall()));
    expect(manager.jobs).toHaveLength(1);
    const end = await aDragonfly({ url: manager.base }).warm(anIndex(), aCall(begun.handle));
    if (end.state !== 'settled') throw new Error(end.state);
    expect(end.items.get(aDigest('1'))).toMatchObject({ reason: 'platform', retryable: false });
    expect(end.items.get(aDigest('2'))).toMatchObject({ reason: 'platform', retryable: false });
    expect(end.items.get(aDigest('4'))).toEqual({ state: 'skipped', reason: 'manifest' });
    expect(end.items.get(aDigest('5'))).toMatchObject({ reason: 'incomplete' });
  });

  test('by the rate limit begins the rest with the next look, and nothing twice', async () => {
    const manager = await dragonflyManager({
      refuse: (_, nth) => (nth === 2 ? [429, { message: 'rate limit exceeded' }] : undefined),
      look: () => ({ state: 'SUCCESS' }),
    });
    const dragonfly = aDragonfly({ url: manager.base });
    const first = pendingOf(await dragonfly.warm(anIndex(), aCall()));
    expect(first.detail).toContain('rate limit exceeded');
    const second = pendingOf(await dragonfly.warm(anIndex(), aCall(first.handle)));
    expect(manager.jobs.map(({ args }) => args.platform)).toEqual(['linux/amd64', 'linux/arm64/v8']);
    expect(await dragonfly.warm(anIndex(), aCall(second.handle))).toMatchObject({ state: 'settled' });
    expect(manager.jobs).toHaveLength(2);
  });

  test('by shutdown keeps the jobs that were begun', async () => {
    const shutdown = new AbortController();
    const manager = await dragonflyManager({
      refuse: (_, nth) => {
        if (nth === 2) shutdown.abort();
        return undefined;
      },
    });
    const call = { signal: shutdown.signal };
    const kept = pendingOf(await aDragonfly({ url: manager.base }).warm(anIndex(), call));
    expect(JSON.parse(kept.handle).jobs).toEqual({ [aDigest('1').slice(7, 19)]: 100 });
  });
});
