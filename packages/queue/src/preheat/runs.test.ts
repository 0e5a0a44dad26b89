import type { PreheatRun } from '@longshore/event';
import { expect } from 'vitest';
import { redisTest as test } from '../testing/redis-test.js';
import { createPreheatRuns } from './runs.js';

const aRun = (id: string, parts: PreheatRun['parts'] = []): PreheatRun => ({
  id,
  endpoint: 'warm',
  deliveryId: 'd',
  repository: 'team/api',
  result: 'succeeded',
  receivedAt: 1,
  startedAt: 2,
  finishedAt: 3,
  tally: { blobs: parts.length, bytes: 0, warmed: 0, already: 0, asked: 0, skipped: 0, failed: 0 },
  parts,
});

test('the last runs are kept, newest first, and the same run is one', async ({ open, prefix }) => {
  const runs = createPreheatRuns(await open('producer'), prefix);
  for (const id of ['1', '2', '3', '3']) await runs.add(aRun(id), 2);
  expect(await runs.list('warm')).toEqual([aRun('3'), aRun('2')]);
  expect(await runs.list('warm', 1)).toEqual([aRun('3')]);
  expect(await runs.list('another')).toEqual([]);
});

test('of very many parts the failed ones are kept, and the others counted', async ({ open, prefix }) => {
  const runs = createPreheatRuns(await open('producer'), prefix);
  const part = (n: number) =>
    ({
      target: 'mirror',
      role: 'layer',
      digest: `sha256:${n}`,
      result: n === 2_999 ? 'failed' : 'warmed',
    }) as const;
  await runs.add(
    aRun(
      '1',
      Array.from({ length: 3_000 }, (_, n) => part(n)),
    ),
    2,
  );
  const [run] = await runs.list('warm');
  expect(run?.parts).toHaveLength(2_000);
  expect(run?.parts[0]).toEqual(part(2_999));
  expect(run?.omitted).toBe(1_000);
});
