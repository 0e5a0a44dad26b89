import { describe, expect, test } from 'vitest';
import { type ClusterScript, kubernetes } from '../../../testing/kubernetes.js';
import { aKruise } from '../../../testing/targets.js';
import { aCall, aDigest, anIndex, follow, pendingOf, StandingClock } from '../../../testing/warm.js';
import type { ImageWarmth, WarmImage } from '../target.js';

const JOBS = '/apis/apps.kruise.io/v1beta1/namespaces/preheat/imagepulljobs';
const GOOD = { desired: 3, succeeded: 3, failed: 0 };

/** What a job that ends like this comes to. */
async function verdictOn(
  status: Record<string, unknown>,
  image: WarmImage = anIndex(),
): Promise<ImageWarmth> {
  const cluster = await kubernetes();
  const kruise = aKruise({ url: cluster.base });
  const pending = pendingOf(await kruise.warm(image, aCall()));
  cluster.complete(status);
  return kruise.warm(image, aCall(pending.handle));
}

describe('a job', () => {
  test('is looked at until it is complete, first after five seconds and at most every thirty', async () => {
    const clock = new StandingClock();
    const cluster = await kubernetes({
      instead: (_, nth) => {
        if (nth === 10) cluster.complete(GOOD);
        return undefined;
      },
    });
    const kruise = aKruise({ url: cluster.base }, clock);
    const { end, waits } = await follow((call) => kruise.warm(anIndex(), call), clock);
    expect(end.state).toBe('settled');
    expect(waits).toEqual([5_000, 6_500, 8_450, 10_985, 14_281, 18_565, 24_134, 30_000, 30_000]);
    const [name] = [...cluster.jobs.keys()];
    expect(new Set(cluster.asked())).toEqual(new Set([`POST ${JOBS}`, `GET ${JOBS}/${name}`]));
  });

  test('that every node has done warms the image; of several platforms it is not known which', async () => {
    const single = anIndex({ digest: aDigest('1'), items: anIndex().items.slice(1, 4) });
    for (const [image, verified] of [
      [single, true],
      [anIndex(), false],
    ] as const) {
      expect(await verdictOn(GOOD, image)).toEqual({
        state: 'settled',
        items: new Map(image.items.map(({ digest }) => [digest, { state: 'warmed', verified }])),
      });
    }
  });

  test('that failed on some nodes names them', async () => {
    const status = {
      desired: 3,
      succeeded: 1,
      failed: 2,
      failedNodes: ['node-a', 'node-b'],
      message: 'job has completed',
    };
    expect(await verdictOn(status)).toMatchObject({
      state: 'failed',
      reason: 'job',
      retryable: true,
      detail: expect.stringMatching(/2 of 3 nodes.*: node-a, node-b \(job has completed\)/),
    });
  });

  test('that failed on many nodes names ten', async () => {
    const failedNodes = Array.from({ length: 12 }, (_, at) => `node-${at}`);
    const result = await verdictOn({ desired: 12, succeeded: 0, failed: 12, failedNodes });
    expect(result).toMatchObject({ detail: expect.stringContaining('node-9 and 2 more') });
  });

  test('for which no node matched has warmed nothing', async () => {
    expect(await verdictOn({ desired: 0, succeeded: 0, failed: 0 })).toMatchObject({
      reason: 'incomplete',
      detail: expect.stringContaining('no node matched'),
    });
  });

  test('that is gone has failed', async () => {
    const cluster = await kubernetes();
    const kruise = aKruise({ url: cluster.base });
    const pending = pendingOf(await kruise.warm(anIndex(), aCall()));
    cluster.jobs.clear();
    expect(await kruise.warm(anIndex(), aCall(pending.handle))).toMatchObject({
      reason: 'job',
      retryable: true,
    });
  });

  test('that nobody completes is overdue five minutes after its deadline', async () => {
    const clock = new StandingClock();
    const start = clock.at;
    const cluster = await kubernetes();
    const kruise = aKruise({ url: cluster.base, jobtimeout: 600_000 }, clock);
    const { end } = await follow((call) => kruise.warm(anIndex(), call), clock);
    expect(end).toMatchObject({ reason: 'overdue', retryable: true });
    expect(clock.at - start).toBeGreaterThanOrEqual(900_000);
    expect(clock.at - start).toBeLessThan(932_000);
  });

  test('that cannot be seen now is looked at again', async () => {
    const cluster = await kubernetes({
      instead: (_, nth) => (nth === 2 ? [503, 'starting', { 'retry-after': '40' }] : undefined),
    });
    const clock = new StandingClock();
    const kruise = aKruise({ url: cluster.base }, clock);
    const first = pendingOf(await kruise.warm(anIndex(), aCall()));
    const blind = pendingOf(await kruise.warm(anIndex(), aCall(first.handle)));
    expect(blind).toMatchObject({ pollAt: clock.at + 40_000, detail: expect.stringContaining('503') });
    cluster.complete(GOOD);
    expect(await kruise.warm(anIndex(), aCall(blind.handle))).toMatchObject({ state: 'settled' });
  });
});

describe('a job of the same name', () => {
  async function withFormer(status: Record<string, unknown> | undefined, script: ClusterScript = {}) {
    const cluster = await kubernetes(script);
    pendingOf(await aKruise({ url: cluster.base }).warm(anIndex(), aCall()));
    if (status !== undefined) cluster.complete(status);
    const clock = new StandingClock();
    return { cluster, clock, kruise: aKruise({ url: cluster.base }, clock) };
  }

  test('that runs is ours', async () => {
    const { cluster, kruise } = await withFormer(undefined);
    const pending = pendingOf(await kruise.warm(anIndex(), aCall()));
    cluster.complete(GOOD);
    expect(await kruise.warm(anIndex(), aCall(pending.handle))).toMatchObject({ state: 'settled' });
    expect(cluster.jobs.size).toBe(1);
  });

  test('that is done has done it', async () => {
    const { kruise } = await withFormer(GOOD);
    expect(await kruise.warm(anIndex(), aCall())).toMatchObject({ state: 'settled' });
  });

  test('that somebody is removing is made again when it is gone', async () => {
    const { cluster, kruise } = await withFormer(undefined, { finalizer: 2 });
    const [former] = cluster.jobs.values();
    const { name, uid } = former?.metadata ?? {};
    const body = JSON.stringify({ preconditions: { uid } });
    await fetch(`${cluster.base}${JOBS}/${name}`, { method: 'DELETE', body });
    const pending = pendingOf(await kruise.warm(anIndex(), aCall()));
    const again = await kruise.warm(anIndex(), aCall(pending.handle));
    expect(again).toMatchObject({ state: 'pending' });
    expect([...cluster.jobs.values()][0]?.metadata.uid).not.toBe(uid);
  });

  test('that failed is removed and made again', async () => {
    const { cluster, clock, kruise } = await withFormer(
      { desired: 2, succeeded: 1, failed: 1 },
      { finalizer: 1 },
    );
    const uid = [...cluster.jobs.values()][0]?.metadata.uid;
    const removed = pendingOf(await kruise.warm(anIndex(), aCall()));
    expect(removed.pollAt - clock.at).toBeLessThan(5_000);
    const leaving = pendingOf(await kruise.warm(anIndex(), aCall(removed.handle)));
    const again = pendingOf(await kruise.warm(anIndex(), aCall(leaving.handle)));
    expect([...cluster.jobs.values()][0]?.metadata.uid).not.toBe(uid);
    cluster.complete(GOOD);
    expect(await kruise.warm(anIndex(), aCall(again.handle))).toMatchObject({ state: 'settled' });
  });
});
