import { expect, test } from 'vitest';
import { describeReason, describeRule, describeStates, describeStep } from './history.js';

const AT = '2026-11-21T14:08:00.000Z';
const of = { at: AT, endpoint: 'one', deliveryId: '5d41402abc4b2a76b9719d911017c592' };

test.each([
  [{ ...of, step: 'settled', outcome: 'ignored', rule: 'tag' }, 'ignored before the attempt by ignore.tags'],
  [
    { ...of, step: 'settled', outcome: 'dropped', by: 'longshore dead drop' },
    'deleted by longshore dead drop',
  ],
  [{ ...of, step: 'settled', outcome: 'dropped' }, 'deleted by an operator'],
  [{ ...of, step: 'settled', outcome: 'expired' }, 'removed from the dead-letter set by retention.dead'],
  [{ ...of, step: 'retried', by: 'the dashboard' }, 'retried from the dead-letter set by the dashboard'],
  [{ ...of, step: 'stalled' }, 'worker died or hung; delivery re-queued'],
  [
    { at: AT, step: 'unquarantined', quarantineId: 'q', outcome: 'replayed', by: 'the dashboard' },
    'retried from quarantine by the dashboard',
  ],
  [
    { at: AT, step: 'unquarantined', quarantineId: 'q', outcome: 'evicted' },
    'removed: quarantine was full, and this was the oldest entry',
  ],
] as const)('%j is described as: %s', (step, words) => {
  expect(describeStep(step)).toBe(words);
});

test('a status has its phrase, a reason its words, and what another version wrote is kept', () => {
  expect(describeReason('http_503')).toBe('503 Service Unavailable');
  expect(describeReason('http_599')).toBe('599');
  expect(describeReason('refused')).toBe('connection refused');
  expect(describeReason('constructor')).toBe('constructor');
  expect(describeRule('only_actions')).toMatch(/^preheat.actions; /);
  expect(describeRule('only_images')).toBe('preheat or copy, which take only events that name an image');
  expect(describeRule('platform')).toBe('platform');
});

test('the deliveries of an event are counted by state', () => {
  const delivery = { id: 'd', endpoint: 'one', attempts: 1 };
  const deliveries = (['delivered', 'dead', 'delayed', 'waiting'] as const).map((state) => ({
    ...delivery,
    state,
  }));
  expect(describeStates({ deliveries })).toBe('1 delivered, 2 queued, 1 dead-lettered');
  expect(describeStates({ deliveries: [] })).toBe('no endpoint takes it');
});
