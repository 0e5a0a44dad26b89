import { describe, expect, test } from 'vitest';
import { kubernetes } from '../../../testing/kubernetes.js';
import { aKruise } from '../../../testing/targets.js';
import { aCall, anIndex, pendingOf } from '../../../testing/warm.js';

describe('a cluster', () => {
  test('without v1beta1 is asked for v1alpha1, and that is remembered', async () => {
    const cluster = await kubernetes({ versions: ['v1alpha1'] });
    const kruise = aKruise({ url: cluster.base });
    const pending = pendingOf(await kruise.warm(anIndex(), aCall()));
    await kruise.warm(anIndex(), aCall(pending.handle));
    const versions = cluster.asked().map((request) => /v1\w+/.exec(request)?.[0]);
    expect(versions).toEqual(['v1beta1', 'v1alpha1', 'v1alpha1']);
    expect([...cluster.jobs.values()][0]?.apiVersion).toBe('apps.kruise.io/v1alpha1');
  });

  test('without v1beta1 is found again by a new process that goes on', async () => {
    const cluster = await kubernetes({ versions: ['v1alpha1'] });
    const pending = pendingOf(await aKruise({ url: cluster.base }).warm(anIndex(), aCall()));
    cluster.complete({ desired: 3, succeeded: 3, failed: 0 });
    expect(await aKruise({ url: cluster.base }).warm(anIndex(), aCall(pending.handle))).toMatchObject({
      state: 'settled',
    });
  });

  test('without OpenKruise is told so', async () => {
    const cluster = await kubernetes({ versions: [] });
    expect(await aKruise({ url: cluster.base }).warm(anIndex(), aCall())).toMatchObject({
      reason: 'unsupported',
      retryable: true,
      detail: expect.stringContaining('install OpenKruise'),
    });
  });

  test('without the namespace is told so, and no other version is tried', async () => {
    const cluster = await kubernetes();
    expect(await aKruise({ url: cluster.base, namespace: 'nowhere' }).warm(anIndex(), aCall())).toMatchObject(
      {
        reason: 'absent',
        detail: expect.stringContaining('no namespace nowhere'),
      },
    );
    expect(cluster.requests).toHaveLength(1);
  });

  test.each([
    [401, { reason: 'http_401', retryable: true }],
    [403, { reason: 'http_403', retryable: true }],
    [422, { reason: 'http_422', retryable: false }],
    [500, { reason: 'http_500', retryable: true }],
  ])('that answers %i to a new job has its words shown', async (code, expected) => {
    const message = 'admission webhook "vimagepulljob.kb.io" denied the request: parallelism';
    const cluster = await kubernetes({ instead: () => [code, { kind: 'Status', message, code }] });
    expect(await aKruise({ url: cluster.base }).warm(anIndex(), aCall())).toMatchObject({
      state: 'failed',
      ...expected,
      detail: expect.stringContaining('denied the request: parallelism'),
    });
  });
});
