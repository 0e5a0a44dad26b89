import { describe, expect, test } from 'vitest';
import { aResult, dragonflyManager, type FakeJob, type ManagerScript } from '../../../testing/dragonfly.js';
import { aDragonfly } from '../../../testing/targets.js';
import { aDigest, anIndex, follow, StandingClock } from '../../../testing/warm.js';
import type { DragonflyOptions } from './settings.js';

const MANIFEST = { state: 'skipped', reason: 'manifest' };
const warmed = (bytes: number) => ({ state: 'warmed', bytes, verified: true });
const blob = (character: string) =>
  `https://registry.example.com/v2/library/nginx/blobs/${aDigest(character)}`;
const isAmd64 = ({ args }: FakeJob) => args.platform === 'linux/amd64';

/** The verdict on an index, as `[role, settled]` in the order of its items. */
async function verdictOf(script: ManagerScript, options: Partial<DragonflyOptions> = {}) {
  const clock = new StandingClock();
  const manager = await dragonflyManager(script);
  const dragonfly = aDragonfly({ url: manager.base, ...options }, clock);
  const { end } = await follow((call) => dragonfly.warm(anIndex(), call), clock);
  if (end.state !== 'settled') throw new Error(JSON.stringify(end));
  return { manager, items: anIndex().items.map(({ digest }) => end.items.get(digest)) };
}

describe('SUCCESS', () => {
  test('with every blob reported is warm, and manifests are not its business', async () => {
    const { items } = await verdictOf({
      look: (job) => ({
        state: 'SUCCESS',
        result: aResult(isAmd64(job) ? [blob('2'), blob('3')] : [blob('5'), blob('3')]),
      }),
    });
    expect(items).toEqual([MANIFEST, MANIFEST, warmed(12), warmed(13), MANIFEST, warmed(15)]);
  });

  test('without a blob is partial: what nobody reports is missing', async () => {
    const { items } = await verdictOf({
      look: (job) => ({ state: 'SUCCESS', result: aResult(isAmd64(job) ? [blob('2')] : [blob('5')]) }),
    });
    expect(items).toEqual([
      MANIFEST,
      MANIFEST,
      warmed(12),
      expect.objectContaining({ state: 'failed', reason: 'incomplete', retryable: true }),
      MANIFEST,
      warmed(15),
    ]);
  });

  test('with no tasks at all, as of a single seed, warms nothing', async () => {
    for (const result of [{}, null, { job_states: [{ results: null }] }, { job_states: 'odd' }]) {
      const { items } = await verdictOf({ look: () => ({ state: 'SUCCESS', result: result ?? undefined }) });
      expect(items[3]).toMatchObject({ state: 'failed', reason: 'incomplete' });
    }
  });

  test('of another host’s URL is no proof: nodes will not ask for that', async () => {
    const elsewhere = blob('3').replace('registry.example.com', 'index.example.com');
    const { items } = await verdictOf({ look: () => ({ state: 'SUCCESS', result: aResult([elsewhere]) }) });
    expect(items[3]).toMatchObject({ reason: 'incomplete' });
  });

  test('of a URL with a query, or with its default port, is a proof', async () => {
    const written = [`${blob('3')}?ns=docker.io`, blob('2').replace('.com/', '.com:443/')];
    const { items } = await verdictOf({ look: () => ({ state: 'SUCCESS', result: aResult(written) }) });
    expect(items.slice(2, 4)).toEqual([warmed(12), warmed(13)]);
  });

  test('with a failed task fails that blob, with the peer’s words', async () => {
    const { items } = await verdictOf({
      look: () => ({
        state: 'SUCCESS',
        result: aResult([blob('2'), blob('5')], { [blob('3')]: 'no space left on device' }),
      }),
    });
    expect(items[3]).toMatchObject({
      state: 'failed',
      reason: 'job',
      detail: expect.stringContaining('seed-0: no space left on device'),
    });
    expect(items[2]).toEqual(warmed(12));
  });

  test('a blob that one peer has fetched is warm although another failed it', async () => {
    const { items } = await verdictOf({
      look: () => ({
        state: 'SUCCESS',
        result: aResult([blob('2'), blob('3'), blob('5')], { [blob('3')]: 'connection reset' }),
      }),
    });
    expect(items[3]).toEqual(warmed(13));
  });
});

describe('FAILURE', () => {
  test('fails what was not reported before, with the job’s error', async () => {
    const { items } = await verdictOf({
      look: (job) =>
        isAmd64(job)
          ? {
              state: 'FAILURE',
              result: {
                job_states: [
                  { error: 'scheduler is away', results: [{ success_tasks: [{ url: blob('2') }] }] },
                ],
              },
            }
          : { state: 'SUCCESS', result: aResult([blob('5')]) },
    });
    expect(items).toEqual([
      MANIFEST,
      MANIFEST,
      warmed(12),
      expect.objectContaining({
        reason: 'job',
        retryable: true,
        detail: expect.stringContaining('scheduler is away'),
      }),
      MANIFEST,
      warmed(15),
    ]);
  });

  test('of one platform is not the fault of another’s blobs', async () => {
    const { items } = await verdictOf({
      look: (job) => (isAmd64(job) ? { state: 'FAILURE' } : { state: 'SUCCESS', result: aResult([]) }),
    });
    expect(items[2]).toMatchObject({ reason: 'job' });
    expect(items[5]).toMatchObject({ reason: 'incomplete' });
  });
});

describe('the peers’ own word', () => {
  const incomplete: ManagerScript = {
    look: () => ({ state: 'SUCCESS', result: aResult([blob('2'), blob('5')]) }),
    distribution: { image: { layers: [] }, peers: [{ ip: '10.0.0.9', cached_layers: [{ url: blob('3') }] }] },
  };
  const asked = (type: string, bodies: { body: string }[]) =>
    bodies.filter(({ body }) => JSON.parse(body).type === type);

  test('settles what the job did not report, when that is wanted for all peers', async () => {
    const { items, manager } = await verdictOf(incomplete, { scope: 'all_peers', verify: true });
    expect(items[3]).toEqual(warmed(13));
    const [question] = asked('get_image_distribution', manager.posts());
    expect(JSON.parse(question?.body ?? '').args).toEqual({
      url: `https://registry.example.com/v2/library/nginx/manifests/${aDigest('1')}`,
      platform: 'linux/amd64',
      timeout: 10_000_000_000,
    });
  });

  test('is not asked for seeds, which it does not count, nor unless it is wanted', async () => {
    for (const options of [{ scope: 'all_seed_peers', verify: true }, { scope: 'all_peers' }] as const) {
      const { items, manager } = await verdictOf(incomplete, options);
      expect(items[3]).toMatchObject({ reason: 'incomplete' });
      expect(asked('get_image_distribution', manager.posts())).toEqual([]);
    }
  });
});
