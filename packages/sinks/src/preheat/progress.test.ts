import { afterEach, expect, test, vi } from 'vitest';
import { Progress, type ProgressShown } from './progress.js';

const MIB = 2 ** 20;
const item = (size: number) => ({ item: { role: 'layer', digest: 'sha256:a', size } }) as const;

afterEach(() => void vi.useRealTimers());

/** What was told, by a clock that stands still unless it is set. */
function telling(total: { parts: number; bytes: number }) {
  vi.useFakeTimers({ now: 0 });
  const told: ProgressShown[] = [];
  return { told, progress: new Progress(total, (shown) => told.push(shown)) };
}

test('bytes on their way count, and a share of the bytes is the percentage', () => {
  const { told, progress } = telling({ parts: 2, bytes: 100 * MIB });
  const moving = progress.moving();
  vi.setSystemTime(600);
  moving.add(25 * MIB);
  expect(told).toEqual([{ progress: 25, blobs: '0 / 2', bytes: '25.0 MiB / 100.0 MiB', done: 0, total: 2 }]);
});

test('a part that is done counts once', () => {
  const { told, progress } = telling({ parts: 2, bytes: 100 * MIB });
  const moving = progress.moving();
  moving.add(60 * MIB);
  moving.end();
  vi.setSystemTime(600);
  progress.done(item(60 * MIB));
  expect(told).toMatchObject([{ progress: 60, blobs: '1 / 2' }]);
});

test('it is told at most twice a second, and at the end: 100 % is for then', () => {
  const { told, progress } = telling({ parts: 2, bytes: 10 });
  progress.done(item(10));
  expect(told).toEqual([]);
  vi.setSystemTime(500);
  progress.moving().add(0);
  progress.done(item(0));
  expect(told.map(({ progress, blobs }) => [progress, blobs])).toEqual([
    [99, '1 / 2'],
    [100, '2 / 2'],
  ]);
});

test('without sizes the parts are counted', () => {
  const { told, progress } = telling({ parts: 4, bytes: 0 });
  progress.done(item(0));
  progress.flush();
  expect(told).toMatchObject([{ progress: 25 }]);
});
