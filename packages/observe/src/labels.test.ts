import { expect, test } from 'vitest';
import { actionLabel, openSet, reasonLabel, statusLabel } from './labels.js';
import { attempted, observed, received } from './testing/observed.js';

test('actions beyond the four are other', () => {
  const actions = ['push', 'pull', 'delete', 'mount', 'Push', '', 'scan'];
  expect(actions.map(actionLabel)).toEqual(['push', 'pull', 'delete', 'mount', 'other', 'other', 'other']);
});

test('reasons are the closed list, and one per status', () => {
  const reasons = [
    'timeout',
    'undecodable',
    'http_503',
    'http_9999',
    'http_x',
    'toString',
    'boom',
  ] as never[];
  expect(reasons.map(reasonLabel)).toEqual([
    'timeout',
    'undecodable',
    'http_503',
    'error',
    'error',
    'error',
    'error',
  ]);
});

test('a status that is none is other', () => {
  expect([202, 599, 99, 600, 200.5, Number.NaN].map(statusLabel)).toEqual([
    '202',
    '599',
    ...Array(4).fill('other'),
  ]);
});

test('an open set knows its own, learns a few, and calls the rest other', () => {
  const label = openSet(['mine'], 2);
  expect(['a', 'b', 'c', 'a', 'mine', 'd'].map(label)).toEqual(['a', 'b', 'other', 'a', 'mine', 'other']);
});

test.each(['', 'x'.repeat(129), 'a\nb', 'a"b', 'a{b}'])('an open set does not learn %j', (value) => {
  expect(openSet([], 10)(value)).toBe('other');
});

test('however many names come from outside, the series stay few, and known names stay apart', async () => {
  const { observer, samples } = observed({
    sources: ['mine'],
    endpoints: ['my, "endpoint"'],
    level: 'silent',
  });
  for (let n = 0; n < 2_000; n++) {
    const name = `name-${n}`;
    const reason = `http_${n}` as const;
    observer.requestAnswered({ source: name, status: n, ms: 1 });
    const events = [{ id: 'e', action: name }];
    observer.eventReceived({ ...received, source: name, kind: name, events }, { enqueuedTo: { [name]: 1 } });
    observer.eventQuarantined({ source: name, reason: name, bytes: 1, quarantineId: name });
    observer.deliveryIgnored({ endpoint: 'my, "endpoint"', rule: name });
    observer.deliveryAttempted({ ...attempted, endpoint: 'my, "endpoint"', reason, status: n });
  }
  observer.requestAnswered({ source: 'mine', status: 202, ms: 1 });
  const names = [...(await samples()).keys()];
  const series = (metric: string) => names.filter((name) => name.startsWith(metric)).length;
  expect(series('longshore_events_received_total')).toBeLessThanOrEqual(102 * 51);
  expect(series('longshore_events_quarantined_total')).toBeLessThanOrEqual(102 * 101);
  expect(series('longshore_deliveries_ignored_total')).toBe(51);
  expect(series('longshore_delivery_attempts_total')).toBe(901);
  expect(series('registry_notifications_events_total')).toBeLessThanOrEqual(1_003);
  expect(names).toContain('longshore_requests_total{source="mine",status="202"}');
  expect(names).toContain('longshore_deliveries_ignored_total{endpoint="my, \\"endpoint\\"",rule="other"}');
});
