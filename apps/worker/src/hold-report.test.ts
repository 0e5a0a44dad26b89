import { expect, test } from 'vitest';
import { recordHold } from './hold-report.js';
import { observed } from './testing/parts.js';

test('a hold leaves a record when it begins and when it is over', () => {
  const { observer, lines } = observed();
  const report = (of: object) => recordHold(observer, 'one', of);
  report({ what: 'held', reason: 'refused', detail: 'x', waiting: 3, probeAt: 1_000 });
  report({ what: 'holding', heldMs: 500 });
  report({ what: 'answered', heldMs: 500 });
  report({ what: 'recovered', ms: 1_000, waited: 3, revived: 1, reason: 'refused' });
  report({ what: 'released', ms: 9_000, heldMs: 0, reason: 'refused' });
  expect(lines.map(({ record, level }) => [record, level])).toEqual([
    ['endpoint.held', 'warn'],
    ['endpoint.recovered', 'info'],
    ['endpoint.released', 'warn'],
  ]);
  expect(lines[1]).toMatchObject({ heldMs: 1_000, waited: 3, revived: 1 });
});

test('the time held is counted as it passes', async () => {
  const { observer } = observed();
  for (const heldMs of [500, 0, 250]) recordHold(observer, 'one', { what: 'holding', heldMs });
  expect((await observer.metrics()).body).toContain('held_seconds_total{endpoint="one"} 0.75');
});

test('what another gate reports is left to others', () => {
  const { observer, lines } = observed();
  recordHold(observer, 'one', { what: 'superseded', deliveryId: 'd', by: 'e' });
  expect(lines).toEqual([]);
});
