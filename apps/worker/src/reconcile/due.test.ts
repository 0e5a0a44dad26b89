/** When a registry is compared again. */
import { expect, test } from 'vitest';
import { begun, dueAfter, isDue } from './due.js';
import type { ReconcileReport } from './report.js';

const NOW = Date.parse('2026-11-21T09:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const report = (more: Partial<ReconcileReport>): ReconcileReport => ({
  ...{ source: 'a', findings: [], errors: [], tags: 0, repositories: 0, inOrder: 0, firstSeen: 0, ...more },
});
const unlisted = report({ errors: [{ repository: '', reason: '500' }] });

test('the interval counts from the last comparison, and what is asked for comes sooner', () => {
  const due = { ranAt: NOW, failures: 0 };
  expect([isDue(due, DAY, NOW + DAY - 1), isDue(due, DAY, NOW + DAY)]).toEqual([false, true]);
  expect(isDue({ ...due, againAt: NOW + 1 }, DAY, NOW + 1)).toBe(true);
  // A process that is killed in a comparison repeats it.
  expect(isDue(begun(due, NOW), DAY, NOW + 11 * MINUTE)).toBe(true);
});

const after = (of: ReconcileReport | undefined, failures = 0, asked?: number) => {
  const before = begun({ ranAt: 0, failures }, NOW);
  const stored = asked === undefined ? before : { ...before, againAt: asked };
  const { againAt, ...rest } = dueAfter(of, { before, asked: stored, now: NOW });
  return { ...rest, minutes: againAt === undefined ? undefined : (againAt - NOW) / MINUTE };
};

test('a list that failed is asked for again soon, and ever later', () => {
  expect(after(unlisted)).toEqual({ ranAt: NOW, failures: 1, minutes: 1 });
  expect(after(unlisted, 3)).toMatchObject({ failures: 4, minutes: 8 });
  expect(after(unlisted, 50)).toMatchObject({ failures: 51, minutes: 60 });
  expect(after(undefined)).toMatchObject({ failures: 1, minutes: 1 });
});

test('a second look has its time, one repository that failed waits for the next comparison', () => {
  const waiting = { repository: 'a', tag: '1', kind: 'missing', state: 'waiting' } as const;
  expect(after(report({ findings: [waiting] }))).toMatchObject({ failures: 0, minutes: 10.5 });
  expect(after(report({ ...unlisted, behind: true }))).toMatchObject({ failures: 0, minutes: 10.5 });
  expect(after(report({ errors: [{ repository: 'a', reason: '500' }] }), 4)).toEqual({
    ...{ ranAt: NOW, failures: 0, minutes: undefined },
  });
});

test('what was asked for during a comparison is kept', () => {
  expect(after(report({}), 0, NOW - MINUTE).minutes).toBe(-1);
});
