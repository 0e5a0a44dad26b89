import { expect, test } from 'vitest';
import { attempted, failure, received } from '../testing/trail.js';
import { mergeGaps } from './gaps.js';
import { group } from './group.js';

test('what happened to the deliveries of a receipt belongs to it, in the order in which it happened', () => {
  const receipt = received({ at: 1_000 });
  const again = received({ eventId: receipt.eventId, at: 3_000 });
  const first = attempted(receipt, { at: 1_000, ...failure });
  const { eventId: _, ...unnamed } = attempted(receipt, { endpoint: 'two', at: 2_000 });
  const groups = group([unnamed, again, first, receipt]);
  expect(groups).toEqual([[receipt, first, unnamed, again]]);
});

test('the same event id from two sources is two events', () => {
  const one = received({ eventId: 'e-1' });
  const other = received({ eventId: 'e-1', source: 'harbor' });
  expect(group([one, other, attempted(other)])).toHaveLength(2);
});

test('the same event id with two identities is two events, and each attempt belongs to its own', () => {
  const one = received({ eventId: '1', dedupe: 'a/1' });
  const other = received({ eventId: '1', dedupe: 'b/1' });
  const [own, another] = [attempted(one), attempted(other)];
  expect(group([own, another, one, other])).toEqual([
    [one, own],
    [other, another],
  ]);
});

test('attempts without their receipt belong together by event and source', () => {
  const receipt = received();
  const attempts = [attempted(receipt), attempted(receipt, { endpoint: 'two' })];
  expect(group(attempts)).toEqual([attempts]);
});

test('gaps of several processes and of one that continues are one', () => {
  const gap = (since: number, at: number, why: 'away' | 'memory' = 'memory') =>
    ({ step: 'gap', since, at, count: 10, why }) as const;
  expect(mergeGaps([gap(20_000, 30_000), gap(0, 10_000), gap(5_000, 12_000)])).toEqual([
    { ...gap(0, 30_000), count: 30 },
  ]);
  expect(mergeGaps([gap(0, 10_000), gap(0, 10_000, 'away'), gap(100_000, 110_000)])).toHaveLength(3);
});
