import { expect, test } from 'vitest';
import { aResult, dragonflyManager } from '../../../testing/dragonfly.js';
import { aDragonfly } from '../../../testing/targets.js';
import { aCall, aDigest, anIndex, follow, pendingOf, StandingClock } from '../../../testing/warm.js';

const BLOBS = ['2', '3', '5'].map(
  (character) => `https://registry.example.com/v2/library/nginx/blobs/${aDigest(character)}`,
);
const done = () => ({ state: 'SUCCESS', result: aResult(BLOBS) });

test('a job is looked at every 15 to 30 s until it ends', async () => {
  const clock = new StandingClock();
  const manager = await dragonflyManager({ look: (_, nth) => (nth <= 8 ? { state: 'PENDING' } : done()) });
  const dragonfly = aDragonfly({ url: manager.base }, clock);
  const { end, waits } = await follow((call) => dragonfly.warm(anIndex(), call), clock);
  expect(end.state).toBe('settled');
  expect(waits).toEqual([15_000, 19_500, 25_350, 30_000, 30_000]);
});

test('states on the way are not the end', async () => {
  const clock = new StandingClock();
  const states = ['RECEIVED', 'STARTED', 'RETRY', 'PENDING'];
  const manager = await dragonflyManager({
    look: (_, nth) => (nth <= 8 ? { state: states[Math.floor((nth - 1) / 2)] } : done()),
  });
  const dragonfly = aDragonfly({ url: manager.base }, clock);
  expect((await follow((call) => dragonfly.warm(anIndex(), call), clock)).end.state).toBe('settled');
});

test('a job that never ends is overdue after 75 minutes, and what others fetched stays warm', async () => {
  const clock = new StandingClock();
  const start = clock.at;
  const manager = await dragonflyManager({
    look: ({ args }) =>
      args.platform === 'linux/amd64' ? { state: 'SUCCESS', result: aResult(BLOBS.slice(0, 2)) } : {},
  });
  const dragonfly = aDragonfly({ url: manager.base }, clock);
  const { end } = await follow((call) => dragonfly.warm(anIndex(), call), clock);
  expect(clock.at - start).toBeGreaterThanOrEqual(75 * 60_000);
  expect(clock.at - start).toBeLessThanOrEqual(75 * 60_000 + 30_000);
  if (end.state !== 'settled') throw new Error(end.state);
  expect(end.items.get(aDigest('3'))).toMatchObject({ state: 'warmed' });
  expect(end.items.get(aDigest('5'))).toMatchObject({ reason: 'overdue', retryable: true });
});

test('a look that fails tells nothing of the job: it is looked at again', async () => {
  const clock = new StandingClock();
  const manager = await dragonflyManager({
    look: (_, nth) => (nth <= 2 ? [502, 'bad gateway'] : done()),
  });
  const dragonfly = aDragonfly({ url: manager.base }, clock);
  const begun = pendingOf(await dragonfly.warm(anIndex(), aCall()));
  const blind = pendingOf(await dragonfly.warm(anIndex(), aCall(begun.handle)));
  expect(blind.detail).toContain('answered 502');
  expect(await dragonfly.warm(anIndex(), aCall(blind.handle))).toMatchObject({ state: 'settled' });
  expect(manager.jobs).toHaveLength(2);
});

test('a manager that is away while its jobs run is asked again, and no job is begun twice', async () => {
  const manager = await dragonflyManager({ look: done });
  const dragonfly = aDragonfly({ url: manager.base });
  const begun = pendingOf(await dragonfly.warm(anIndex(), aCall()));
  await manager.stop();
  const blind = pendingOf(await dragonfly.warm(anIndex(), aCall(begun.handle)));
  expect(blind.detail).toContain('ECONNREFUSED');
});

test('a job that was removed has failed', async () => {
  const clock = new StandingClock();
  const manager = await dragonflyManager({ look: () => [404, { message: 'record not found' }] });
  const dragonfly = aDragonfly({ url: manager.base }, clock);
  const { end } = await follow((call) => dragonfly.warm(anIndex(), call), clock);
  if (end.state !== 'settled') throw new Error(end.state);
  expect(end.items.get(aDigest('3'))).toMatchObject({ state: 'failed', reason: 'job', retryable: true });
});

test('jobs outlive the process that began them', async () => {
  const manager = await dragonflyManager({ look: done });
  const begun = pendingOf(await aDragonfly({ url: manager.base }).warm(anIndex(), aCall()));
  const later = aDragonfly({ url: manager.base });
  expect(await later.warm(anIndex(), aCall(begun.handle))).toMatchObject({ state: 'settled' });
  expect(manager.jobs).toHaveLength(2);
});

test('an index without images is settled without a job', async () => {
  const manager = await dragonflyManager();
  const image = anIndex({ items: anIndex().items.slice(0, 1) });
  expect(await aDragonfly({ url: manager.base }).warm(image, aCall())).toEqual({
    state: 'settled',
    items: new Map([[aDigest('0'), { state: 'skipped', reason: 'manifest' }]]),
  });
  expect(manager.requests).toEqual([]);
});

test('no secret is in a handle or a detail, whatever the manager repeats', async () => {
  const clock = new StandingClock();
  const secrets = ['df-token', 'pull-token-of-the-registry', 'X-Amz-Signature', 'hunter2hunter2'];
  const manager = await dragonflyManager({
    look: ({ args }) => ({
      state: 'FAILURE',
      result: {
        job_states: [
          {
            error: `401 with ${args.headers?.Authorization}, at https://s3.example.com/blob?X-Amz-Signature=abc`,
            results: [
              {
                failure_tasks: [
                  {
                    url: BLOBS[1],
                    hostname: 'seed-0',
                    description: `Authorization: ${args.headers?.Authorization}`,
                  },
                ],
              },
            ],
          },
        ],
      },
    }),
  });
  const dragonfly = aDragonfly({ url: manager.base, headers: { 'X-Key': ['hunter2hunter2'] } }, clock);
  const image = anIndex({ registryAuthorization: async () => 'Bearer pull-token-of-the-registry' });
  const handles: string[] = [];
  const { end } = await follow(async (call) => {
    const result = await dragonfly.warm(image, call);
    handles.push(JSON.stringify(result));
    return result;
  }, clock);
  if (end.state !== 'settled') throw new Error(end.state);
  const shown = handles.join() + JSON.stringify([...end.items]);
  expect(manager.jobs[0]?.args.headers).toEqual({ Authorization: 'Bearer pull-token-of-the-registry' });
  expect(manager.requests[0]?.headers['x-key']).toBe('hunter2hunter2');
  for (const secret of secrets) expect(shown).not.toContain(secret);
  expect(shown).toContain('401 with');
});
