/** Months and days of a window, each day counted once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { periodsOf } from './periods.js';
import type { Days } from './statistics.js';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-30T12:00:00Z');
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Every day of it that has rows: none is later than today. */
function daysOf({ from, to }: Days): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at < Math.min(Date.parse(to), NOW); at += DAY_MS) days.push(dayOf(at));
  return days;
}

function monthOf(first: string): Days {
  const [year = 0, month = 0] = first.split('-').map(Number);
  return { from: first, to: dayOf(Date.UTC(year, month, 1)) };
}

test('the days of any window are counted once, and few rows are read', () => {
  const day = fc.integer({ min: -800, max: 40 }).map((days) => dayOf(NOW + days * DAY_MS));
  fc.assert(
    fc.property(day, day, (one, other) => {
      const [from = '', to = ''] = [one, other].toSorted();
      const { months, plus, minus } = periodsOf({ from, to }, NOW);
      const count = new Map<string, number>();
      const add = (days: string[], by: number) => {
        for (const each of days) count.set(each, (count.get(each) ?? 0) + by);
      };
      for (const month of months) add(daysOf(monthOf(month)), 1);
      for (const days of plus) add(daysOf(days), 1);
      for (const days of minus) add(daysOf(days), -1);
      const counted = [...count].filter(([, times]) => times !== 0);
      expect(counted.toSorted()).toEqual(daysOf({ from, to }).map((each) => [each, 1]));
      expect([...plus, ...minus].flatMap(daysOf).length).toBeLessThanOrEqual(2 * 15 + 1);
    }),
    { numRuns: 500 },
  );
});

test('ninety days up to today are months and half of one at most', () => {
  expect(periodsOf({ from: '2026-09-02', to: '2026-12-01' }, NOW)).toEqual({
    months: ['2026-09-01', '2026-10-01', '2026-11-01'],
    plus: [],
    minus: [{ from: '2026-09-01', to: '2026-09-02' }],
  });
});
